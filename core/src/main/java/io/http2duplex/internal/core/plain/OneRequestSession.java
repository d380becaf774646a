package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import org.jspecify.annotations.Nullable;

/**
 * A session of one request ({@code protocol.md}, section "One request"): the body of the request is its upload, and that
 * of the response its download. It is over when the application has ended its side and wants no more of the client's.
 */
public final class OneRequestSession extends RawSession {
    /**
     * A session whose request has come.
     *
     * @param budget the share that buffers beyond their first sizes are reserved from
     * @param onReady wakes the carriers of both bodies, outside any lock
     */
    public OneRequestSession(SessionLimits limits, MemoryShare budget, Runnable onReady) {
        super(limits, false, budget, onReady);
    }

    /**
     * The body of the request begins. Called once.
     *
     * @param contentLength its announced length in bytes, -1 if there is none
     * @param onReady wakes its carrier, outside any lock
     */
    public Upload upload(long contentLength, Runnable onReady) {
        PlainUpload opened = new PlainUpload(upload, UploadKind.SINGLE, contentLength, onReady);
        Failure failure = failure();
        if (failure == null) {
            upload.open(opened);
        } else {
            opened.decide(UploadOutcome.refused(Problem.sessionReset(failure)));
        }
        return opened;
    }

    @Override
    public Dialect dialect() {
        return Dialect.ONE_REQUEST;
    }

    @Override
    public void discardInput() {
        super.discardInput();
        endIfOver();
    }

    @Override
    Failure cut(String how, @Nullable Throwable cause) {
        return new Failure(
                ErrorCode.CONNECTION_LOST, "The client's request was cut before the duplex ended: " + how + ".", cause);
    }

    @Override
    void settle(long now) {
        endIfOver();
    }

    private void endIfOver() {
        if (isFinished() || download.state() != DirectionState.ENDED) {
            return;
        }
        if (upload.isDiscarding()) {
            upload.end(); // nobody wants the rest
        }
        if (upload.state() == DirectionState.ENDED) {
            finish();
        }
    }
}
