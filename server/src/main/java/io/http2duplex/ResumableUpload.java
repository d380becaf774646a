package io.http2duplex;

import io.http2duplex.protocol.UploadOutcome;
import io.http2duplex.protocol.dialect2.FrameUpload;
import io.http2duplex.protocol.dialect2.ResumableSession;
import io.http2duplex.undertow.UploadSink;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session of dialect 2 as the sink of one of its uploads: it takes whatever comes at once. */
final class ResumableUpload implements UploadSink {
    private final GuardedSession<ResumableSession> session;
    private final FrameUpload upload;

    ResumableUpload(GuardedSession<ResumableSession> session, FrameUpload upload) {
        this.session = session;
        this.upload = upload;
    }

    @Override
    public int room() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void received(ByteBuffer bytes) {
        session.tell(state -> state.received(upload, bytes, System.nanoTime()));
    }

    @Override
    public void settle() {
        session.settle();
    }

    @Override
    public void completed() {
        session.act(state -> state.completed(upload, System.nanoTime()));
    }

    @Override
    public void cut(String how, @Nullable Throwable cause) {
        session.act(state -> state.cut(upload));
    }

    @Override
    public void late(String how) {
        session.act(state -> state.late(upload, how));
    }

    @Override
    public @Nullable UploadOutcome outcome() {
        return session.ask(state -> upload.outcome());
    }
}
