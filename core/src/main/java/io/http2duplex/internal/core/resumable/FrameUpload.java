package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One request body of a session of dialect 2. It takes whatever comes at once: the protocol's windows bound that. */
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
        session.received(this, bytes, now);
    }

    @Override
    public void completed(long now) {
        session.completed(this, now);
    }

    @Override
    public void cut(String how, @Nullable Throwable cause, long now) {
        session.cut(this);
    }

    @Override
    public void timedOut(String how, long now) {
        session.timedOut(this, how);
    }

    @Override
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
