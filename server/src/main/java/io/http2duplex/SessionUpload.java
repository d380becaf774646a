package io.http2duplex;

import io.http2duplex.protocol.Upload;
import io.http2duplex.undertow.UploadSink;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session as the sink of one of its uploads. */
final class SessionUpload implements UploadSink {
    private final GuardedSession session;
    private final Upload upload;

    SessionUpload(GuardedSession session, Upload upload) {
        this.session = session;
        this.upload = upload;
    }

    @Override
    public int room() {
        return session.call(state -> state.room(upload));
    }

    @Override
    public void received(ByteBuffer bytes) {
        session.act(state -> state.received(upload, bytes));
    }

    @Override
    public void completed() {
        session.act(state -> state.completed(upload, System.nanoTime()));
    }

    @Override
    public void cut(String how, @Nullable Throwable cause) {
        session.act(state -> state.cut(upload, how, cause));
    }

    @Override
    public Upload.@Nullable Outcome outcome() {
        return session.call(state -> upload.outcome());
    }
}
