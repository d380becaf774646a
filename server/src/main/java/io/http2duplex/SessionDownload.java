package io.http2duplex;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.undertow.DownloadSource;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session of dialect 1 as the source of its download. */
final class SessionDownload implements DownloadSource {
    private final GuardedSession<PlainSession> session;

    SessionDownload(GuardedSession<PlainSession> session) {
        this.session = session;
    }

    @Override
    public DownloadStep next() {
        return session.call(PlainSession::nextDownload);
    }

    @Override
    public @Nullable ByteBuffer peek() {
        return session.call(PlainSession::peekDownload);
    }

    @Override
    public void taken(int count) {
        session.act(state -> state.downloadTaken(count));
    }

    @Override
    public void blocked() {
        session.act(state -> state.downloadBlocked(System.nanoTime()));
    }

    @Override
    public void flushed() {
        session.act(PlainSession::downloadFlushed);
    }

    @Override
    public void ended() {
        session.act(state -> state.downloadEnded(System.nanoTime()));
    }

    @Override
    public void lost(@Nullable Throwable cause) {
        Failure failure = new Failure(
                ErrorCode.CONNECTION_LOST,
                "The browser, or the connection to it, went before the duplex ended.",
                cause);
        session.act(state -> state.reset(failure));
    }
}
