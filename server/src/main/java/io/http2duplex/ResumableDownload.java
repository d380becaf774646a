package io.http2duplex;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.dialect2.Attachment;
import io.http2duplex.protocol.dialect2.ResumableSession;
import io.http2duplex.undertow.DownloadSource;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session of dialect 2 as the source of one of its downloads. */
final class ResumableDownload implements DownloadSource {
    private final GuardedSession<ResumableSession> session;
    private final Attachment attachment;

    ResumableDownload(GuardedSession<ResumableSession> session, Attachment attachment) {
        this.session = session;
        this.attachment = attachment;
    }

    @Override
    public DownloadStep next() {
        return session.call(state -> state.nextDownload(attachment, System.nanoTime()));
    }

    @Override
    public @Nullable ByteBuffer peek() {
        return session.call(state -> state.peekDownload(attachment));
    }

    @Override
    public void taken(int count) {
        session.act(state -> state.downloadTaken(attachment, count, System.nanoTime()));
    }

    @Override
    public void blocked() {
        session.act(state -> state.downloadBlocked(attachment, System.nanoTime()));
    }

    @Override
    public void flushed() {
        session.act(state -> state.downloadFlushed(attachment, System.nanoTime()));
    }

    @Override
    public void ended() {
        // The session has let go of this download already.
    }

    @Override
    public void lost(@Nullable Throwable cause) {
        session.act(state -> state.downloadLost(
                attachment, "The browser, or the connection to it, went.", cause, System.nanoTime()));
    }
}
