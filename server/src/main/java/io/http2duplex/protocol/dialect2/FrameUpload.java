package io.http2duplex.protocol.dialect2;

import io.http2duplex.protocol.UploadOutcome;
import org.jspecify.annotations.Nullable;

/** One POST of a session: what its carrier shows to {@link ResumableSession}. */
public final class FrameUpload {
    private final FrameDecoder decoder;
    private final Runnable onReady;
    private long heardAt;
    private @Nullable UploadOutcome outcome;

    FrameUpload(FrameDecoder.Handler handler, Runnable onReady, long now) {
        this.decoder = new FrameDecoder(handler);
        this.onReady = onReady;
        this.heardAt = now;
    }

    /** {@return how to answer; null as long as that is open} */
    public @Nullable UploadOutcome outcome() {
        return outcome;
    }

    void decide(UploadOutcome decided) {
        outcome = decided;
    }

    /** Something of it has come. */
    void heard(long now) {
        heardAt = now;
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
