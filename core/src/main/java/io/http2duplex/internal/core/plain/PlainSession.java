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
 * A session of dialect 1 ({@code protocol.md}): one direction up, one down, and what ends them. It lives as long as its
 * download's connection does.
 */
public final class PlainSession implements Session {
    private final SessionLimits limits;
    private final EffectCollector effects = new EffectCollector();
    private final UploadDirection upload;
    private final DownloadDirection download;

    private @Nullable Failure failure;
    private boolean over;
    private long lingerDeadline = Deadline.NONE;
    private long stallDeadline = Deadline.NONE;

    /** @param onDownloadReady wakes the carrier of the download, outside any lock */
    public PlainSession(SessionLimits limits, Runnable onDownloadReady) {
        this.limits = limits;
        upload = new UploadDirection(limits, effects);
        download = new DownloadDirection(limits, effects, onDownloadReady);
    }

    @Override
    public Effects takeEffects() {
        return effects.take();
    }

    // ---- uploads: what the carriers of POSTs tell and ask

    /**
     * A POST has come. It may be decided at once: see {@link PlainUpload#outcome}.
     *
     * @param contentLength the announced length of its body in bytes, -1 if there is none
     * @param onReady wakes the carrier, outside any lock
     */
    public PlainUpload openUpload(UploadKind kind, long contentLength, long now, Runnable onReady) {
        PlainUpload opened = new PlainUpload(this, kind, contentLength, onReady);
        if (kind == UploadKind.DESTROY) {
            opened.decide(UploadOutcome.TAKEN);
            // The page expects nothing more: a response broken off would only be an error in its console. But what
            // waits for a browser that does not read might wait for ever.
            reset(
                    new Failure(ErrorCode.CANCELLED, "The page destroyed the duplex."),
                    stallDeadline == Deadline.NONE ? DownloadStep.END : DownloadStep.BREAK_OFF);
        } else if (failure != null) {
            opened.decide(UploadOutcome.refused(Problem.gone(failure)));
        } else {
            resetFor(upload.open(opened));
        }
        settle(now);
        return opened;
    }

    /** {@return how many bytes of that body may be handed over now; 0: wait to be woken} */
    int room(PlainUpload upload) {
        return this.upload.room(upload);
    }

    /** Bytes of that body have come, no more than {@link #room} allowed. They are copied. */
    public void received(PlainUpload upload, ByteBuffer bytes) {
        resetFor(this.upload.received(upload, bytes));
    }

    /** That body has come to its end. */
    void completed(PlainUpload upload, long now) {
        resetFor(this.upload.completed(upload));
        settle(now);
    }

    /** That body was cut: the rest will not come. */
    void cut(PlainUpload upload, String how, @Nullable Throwable cause) {
        resetFor(this.upload.cut(upload, how, cause));
    }

    /**
     * That body makes no progress, and is not awaited any longer.
     *
     * @param how what was awaited in vain, for a person
     */
    void timedOut(PlainUpload upload, String how) {
        resetFor(this.upload.timedOut(upload, how));
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

    // ---- the download: what the carrier of the response body tells and asks

    /** {@return the download, of which the carrier of the GET's response must be given the first and only one} */
    public Download download() {
        return new PlainDownload(this);
    }

    DownloadStep nextDownload() {
        return download.next();
    }

    @Nullable
    ByteBuffer peekDownload() {
        return download.peek();
    }

    public void downloadTaken(int count) {
        stallDeadline = Deadline.NONE;
        download.taken(count);
    }

    void downloadBlocked(long now) {
        if (stallDeadline == Deadline.NONE && !over) {
            stallDeadline = now + limits.stallNanos();
            effects.deadline();
        }
    }

    void downloadFlushed() {
        stallDeadline = Deadline.NONE;
    }

    void downloadEnded(long now) {
        stallDeadline = Deadline.NONE;
        download.ended();
        settle(now);
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
        return reset(failure, DownloadStep.BREAK_OFF);
    }

    private boolean reset(Failure failure, DownloadStep download) {
        if (over) {
            return false;
        }
        this.failure = failure;
        over = true;
        effects.over();
        lingerDeadline = Deadline.NONE;
        stallDeadline = Deadline.NONE;
        upload.reset(failure);
        this.download.reset(download);
        return true;
    }

    @Override
    public @Nullable Failure failure() {
        return failure;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public OptionalLong deadline() {
        return Deadline.earliest(lingerDeadline, stallDeadline);
    }

    @Override
    public void timeIs(long now) {
        if (Deadline.isPast(lingerDeadline, now)) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The server's side had ended, and the client neither uploaded nor ended its own within "
                            + limits.lingerNanos() / 1_000_000 + " ms (lingerTimeout of the DuplexHandler)."));
        } else if (Deadline.isPast(stallDeadline, now)) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The browser read nothing of the download within " + limits.stallNanos() / 1_000_000
                            + " ms (stallTimeout of the DuplexHandler)."));
        }
    }

    private void resetFor(@Nullable Failure failure) {
        if (failure != null) {
            reset(failure);
        }
    }

    /** Notices that both directions have ended, or that the client is to be waited for. */
    private void settle(long now) {
        if (over || download.state() != DirectionState.ENDED) {
            return;
        }
        if (upload.state() == DirectionState.ENDED) {
            over = true;
            effects.over();
            lingerDeadline = Deadline.NONE;
        } else if (upload.hasOpenUploads()) {
            lingerDeadline = Deadline.NONE;
        } else if (lingerDeadline == Deadline.NONE) {
            lingerDeadline = now + limits.lingerNanos();
            effects.deadline();
        }
    }
}
