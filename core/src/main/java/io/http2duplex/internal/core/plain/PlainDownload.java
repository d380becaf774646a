package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Failure;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The download of a session of dialect 1, with the byte that comes before those of the application. */
final class PlainDownload implements Download {
    /** Dropped by the client. Sent at once, since some browsers resolve a fetch only with the first byte. */
    private static final byte FIRST_BYTE = 'a';

    private final PlainSession session;
    /** The first byte until the transport has it, then null. */
    private @Nullable ByteBuffer first = ByteBuffer.wrap(new byte[] {FIRST_BYTE});

    PlainDownload(PlainSession session) {
        this.session = session;
    }

    @Override
    public DownloadStep next(long now) {
        return first != null ? DownloadStep.WRITE : session.nextDownload();
    }

    @Override
    public @Nullable ByteBuffer peek() {
        return first != null ? first : session.peekDownload();
    }

    @Override
    public void taken(int count, long now) {
        if (first != null) {
            first = null;
        } else {
            session.downloadTaken(count);
        }
    }

    @Override
    public void blocked(long now) {
        session.downloadBlocked(now);
    }

    @Override
    public void flushed(long now) {
        session.downloadFlushed();
    }

    @Override
    public void ended(long now) {
        session.downloadEnded(now);
    }

    @Override
    public void lost(@Nullable Throwable cause, long now) {
        session.reset(new Failure(
                ErrorCode.CONNECTION_LOST,
                "The browser, or the connection to it, went before the duplex ended.",
                cause));
    }
}
