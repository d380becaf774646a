package io.http2duplex;

import io.http2duplex.protocol.UploadOutcome;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.protocol.dialect1.Upload;
import io.http2duplex.undertow.UploadSink;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session of dialect 1 as the sink of one of its uploads. */
final class PlainUpload implements UploadSink {
    private final GuardedSession<PlainSession> session;
    private final Upload upload;

    PlainUpload(GuardedSession<PlainSession> session, Upload upload) {
        this.session = session;
        this.upload = upload;
    }

    @Override
    public int room() {
        return session.ask(state -> state.room(upload));
    }

    @Override
    public void received(ByteBuffer bytes) {
        session.tell(state -> state.received(upload, bytes));
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
        session.act(state -> state.cut(upload, how, cause));
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
