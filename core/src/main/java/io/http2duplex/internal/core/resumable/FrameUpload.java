package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One request body of a session of dialect 2, or what comes on one socket. It accepts all bytes at once: the protocol's
 * windows bound them.
 */
public final class FrameUpload implements Upload {
    private final ResumableSession session;
    private final FrameDecoder decoder;
    private final Runnable onReady;
    private long heardAt;
    private @Nullable UploadOutcome outcome;

    FrameUpload(ResumableSession session, FrameDecoder.Handler handler, Runnable onReady, long now) {
        this.session = session;
        this.decoder = new FrameDecoder(handler);
        this.onReady = onReady;
        this.heardAt = now;
    }

    @Override
    public int room() {
        return outcome == null ? Integer.MAX_VALUE : DECIDED;
    }

    @Override
    public void received(ByteBuffer bytes, long now) {
        if (outcome == null) {
            heardAt = now;
            session.received(this, bytes, now);
        }
    }

    @Override
    public void completed(long now) {
        if (outcome == null) {
            session.heard(now);
            decide(
                    decoder.isMidFrame()
                            ? UploadOutcome.refused(Problem.bodyIncomplete("The body ended in the middle of a frame."))
                            : UploadOutcome.PROCESSED);
        }
    }

    /** The bytes that have come count. */
    @Override
    public void cut(String how, @Nullable Throwable cause, long now) {
        if (outcome == null) {
            decide(UploadOutcome.refused(Problem.bodyIncomplete("The upload was cut.")));
        }
    }

    /** The bytes that have come count. */
    @Override
    public void timedOut(String how, long now) {
        if (outcome == null) {
            decide(UploadOutcome.refused(Problem.bodyTooSlow(how + ". Send again what was not confirmed.")));
        }
    }

    @Override
    public @Nullable UploadOutcome outcome() {
        return outcome;
    }

    void decide(UploadOutcome decided) {
        outcome = decided;
        session.answered(this);
    }

    /** {@return when something of it last came} */
    long heardAt() {
        return heardAt;
    }

    FrameDecoder decoder() {
        return decoder;
    }

    Runnable onReady() {
        return onReady;
    }
}
