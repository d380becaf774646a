package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A session of dialect 1 ({@code protocol.md}): its download is the response to a GET, its uploads are POSTs. */
public final class PlainSession extends RawSession {
    private long lingerDeadline = Deadline.NONE;

    /** @param onDownloadReady wakes the carrier of the download, outside any lock */
    public PlainSession(SessionLimits limits, Runnable onDownloadReady) {
        super(limits, true, MemoryShare.NONE, onDownloadReady);
    }

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
            // in its console. But what waits for a browser that does not read might wait for ever.
            reset(
                    new Failure(ErrorCode.CANCELLED, "The page destroyed the duplex."),
                    UploadOutcome.TAKEN,
                    download.stall() == Deadline.NONE ? DownloadStep.END : DownloadStep.BREAK_OFF);
        } else if (failure() != null) {
            opened.decide(UploadOutcome.refused(Problem.sessionReset(failure())));
        } else {
            upload.open(opened);
        }
        settle(now);
        return opened;
    }

    @Override
    public Dialect dialect() {
        return Dialect.DIALECT_1;
    }

    @Override
    void finish() {
        super.finish();
        lingerDeadline = Deadline.NONE;
    }

    @Override
    Failure cut(String how, @Nullable Throwable cause) {
        return new Failure(ErrorCode.UPLOAD_CUT, "An upload was cut: " + how + ".", cause);
    }

    @Override
    public OptionalLong deadline() {
        return Deadline.earliest(lingerDeadline, super.deadline().orElse(Deadline.NONE));
    }

    @Override
    public void timeIs(long now) {
        if (Deadline.isPast(lingerDeadline, now)) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The server's side had ended, and the client neither uploaded nor ended its own within "
                            + limits.lingerNanos() / 1_000_000 + " ms (option lingerTimeout)."));
        } else {
            super.timeIs(now);
        }
    }

    /** Notices that both directions have ended, or that the client must be waited for. */
    @Override
    void settle(long now) {
        if (isFinished() || download.state() != DirectionState.ENDED) {
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
