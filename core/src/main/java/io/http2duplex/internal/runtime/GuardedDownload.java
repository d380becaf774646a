package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The source of one response body, made safe for its carrier, which calls it one call at a time. No method blocks. */
public final class GuardedDownload {
    private final GuardedSession<?> session;
    private final Download download;
    /** What {@link #next} found to write. */
    private @Nullable ByteBuffer bytes;

    public GuardedDownload(GuardedSession<?> session, Download download) {
        this.session = session;
        this.download = download;
    }

    /** {@return how many bytes the body has; {@link Download#UNKNOWN} or {@link Download#WAITING}} */
    public long length() {
        return session.tellFor(state -> download.length(System.nanoTime()));
    }

    /** {@return what to do next; after {@link DownloadStep#WAIT} the carrier is woken} */
    public DownloadStep next() {
        return session.tellFor(state -> {
            DownloadStep step = download.next(System.nanoTime());
            bytes = step == DownloadStep.WRITE ? download.peek() : null;
            return step;
        });
    }

    /** {@return the bytes to write, after {@link DownloadStep#WRITE}} */
    public ByteBuffer bytes() {
        return Objects.requireNonNull(bytes, "there are bytes after the step WRITE only");
    }

    /** The transport has accepted so many of the {@link #bytes}, and does not look at them again. */
    public void taken(int count) {
        bytes = null;
        session.tell(state -> download.taken(count, System.nanoTime()));
    }

    /** The transport accepts nothing more for now. */
    public void blocked() {
        session.tell(state -> download.blocked(System.nanoTime()));
    }

    /** The transport has accepted everything, and would accept more. */
    public void flushed() {
        session.tell(state -> download.flushed(System.nanoTime()));
    }

    /** The end of the response body has gone to the transport. */
    public void ended() {
        session.tell(state -> download.ended(System.nanoTime()));
    }

    /** The response can't be written any more: the browser has gone, or the connection to it was lost. */
    public void lost(@Nullable Throwable cause) {
        session.tell(state -> download.lost(cause, System.nanoTime()));
    }
}
