package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session of dialect 1 ({@code protocol.md}): one direction up and one down. It lives as long as the connection of its
 * download does.
 */
public final class PlainSession implements Session {
    private final SessionLimits limits;
    private final EffectCollector effects = new EffectCollector();
    private final UploadDirection upload;
    private final DownloadDirection download;

    private @Nullable Failure failure;
    private boolean finished;
    private long lingerDeadline = Deadline.NONE;

    /** @param onDownloadReady wakes the carrier of the download, outside any lock */
    public PlainSession(SessionLimits limits, Runnable onDownloadReady) {
        this.limits = limits;
        upload = new UploadDirection(this, limits, effects);
        download = new DownloadDirection(this, limits, effects, onDownloadReady);
    }

    @Override
    public Effects takeEffects() {
        return effects.take();
    }

    // ---- the carriers

    /**
     * A POST has come. It may be decided at once: see {@link PlainUpload#outcome}.
     *
     * @param contentLength the announced length of its body in bytes, -1 if there is none
     * @param onReady wakes the carrier, outside any lock
     */
    public PlainUpload openUpload(UploadKind kind, long contentLength, long now, Runnable onReady) {
        PlainUpload opened = new PlainUpload(upload, kind, contentLength, onReady);
        if (kind == UploadKind.DESTROY) {
            opened.decide(UploadOutcome.TAKEN);
            // The page expects nothing more: a response broken off, or a POST that is refused, would only be an error
            // in
            // its console. But what waits for a browser that does not read might wait for ever.
            reset(
                    new Failure(ErrorCode.CANCELLED, "The page destroyed the duplex."),
                    UploadOutcome.TAKEN,
                    download.stall() == Deadline.NONE ? DownloadStep.END : DownloadStep.BREAK_OFF);
        } else if (failure != null) {
            opened.decide(UploadOutcome.refused(Problem.sessionReset(failure)));
        } else {
            upload.open(opened);
        }
        settle(now);
        return opened;
    }

    /** {@return the download, for the carrier of the response to the GET} */
    public Download download() {
        return download;
    }

    // ---- the application reads

    @Override
    public @Nullable ByteBuffer pollInput() {
        return upload.poll();
    }

    @Override
    public int readInput(ByteBuffer target) {
        return upload.read(target);
    }

    @Override
    public long availableInput() {
        return upload.available();
    }

    @Override
    public boolean isInputAtEnd() {
        return upload.isAtEnd();
    }

    @Override
    public void discardInput() {
        upload.discard();
    }

    // ---- the application writes

    @Override
    public int outputRoom() {
        return download.room();
    }

    @Override
    public boolean isOutputOpen() {
        return download.state() == DirectionState.OPEN;
    }

    @Override
    public boolean isOutputEnded() {
        return download.state() == DirectionState.ENDED;
    }

    @Override
    public long write(ByteBuffer bytes) {
        return download.write(bytes);
    }

    @Override
    public long writeCopy(ByteBuffer bytes) {
        return write(
                ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip());
    }

    @Override
    public void end() {
        download.end();
    }

    @Override
    public long takenOffset() {
        return download.takenOffset();
    }

    @Override
    public void notifyOutputAt(long offset) {
        download.notifyAt(offset);
    }

    @Override
    public void notifyOutputRoom() {
        download.notifyWhenRoomy();
    }

    // ---- both directions

    @Override
    public int dialect() {
        return 1;
    }

    @Override
    public long receivedBytes() {
        return upload.received();
    }

    @Override
    public long sentBytes() {
        return download.takenOffset();
    }

    @Override
    public long heldInput() {
        return upload.held();
    }

    @Override
    public long heldOutput() {
        return download.held();
    }

    @Override
    public boolean reset(Failure failure) {
        return reset(failure, UploadOutcome.refused(Problem.sessionReset(failure)), DownloadStep.BREAK_OFF);
    }

    private boolean reset(Failure first, UploadOutcome uploads, DownloadStep then) {
        if (finished) {
            return false;
        }
        failure = first;
        finish();
        upload.reset(uploads);
        download.reset(then);
        return true;
    }

    private void finish() {
        finished = true;
        effects.finished();
        lingerDeadline = Deadline.NONE;
    }

    @Override
    public @Nullable Failure failure() {
        return failure;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public OptionalLong deadline() {
        return Deadline.earliest(lingerDeadline, download.stall());
    }

    @Override
    public void timeIs(long now) {
        if (Deadline.isPast(lingerDeadline, now)) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The server's side had ended, and the client neither uploaded nor ended its own within "
                            + limits.lingerNanos() / 1_000_000 + " ms (lingerTimeout of the DuplexHandler)."));
        } else if (Deadline.isPast(download.stall(), now)) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The browser read nothing of the download within " + limits.stallNanos() / 1_000_000
                            + " ms (stallTimeout of the DuplexHandler)."));
        }
    }

    /** Notices that both directions have ended, or that the client must be waited for. */
    void settle(long now) {
        if (finished || download.state() != DirectionState.ENDED) {
            return;
        }
        if (upload.state() == DirectionState.ENDED) {
            finish();
        } else if (upload.hasOpenUploads()) {
            lingerDeadline = Deadline.NONE;
        } else if (lingerDeadline == Deadline.NONE) {
            lingerDeadline = now + limits.lingerNanos();
            effects.deadline();
        }
    }
}
