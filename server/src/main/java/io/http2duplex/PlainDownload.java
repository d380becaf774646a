package io.http2duplex;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.undertow.DownloadSource;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session of dialect 1 as the source of its download. */
final class PlainDownload implements DownloadSource {
    /** Thrown away by the client. Sent at once, since some browsers resolve a fetch only with the first byte. */
    private static final byte FIRST_BYTE = 'a';

    private final GuardedSession<PlainSession> session;
    /** The first byte until it was taken, then null. Touched by the carrier's thread only. */
    private @Nullable ByteBuffer first = ByteBuffer.wrap(new byte[] {FIRST_BYTE});

    PlainDownload(GuardedSession<PlainSession> session) {
        this.session = session;
    }

    @Override
    public DownloadStep next() {
        return first != null ? DownloadStep.WRITE : session.call(PlainSession::nextDownload);
    }

    @Override
    public @Nullable ByteBuffer peek() {
        return first != null ? first : session.call(PlainSession::peekDownload);
    }

    @Override
    public void taken(int count) {
        if (first != null) {
            first = null;
        } else {
            session.act(state -> state.downloadTaken(count));
        }
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
