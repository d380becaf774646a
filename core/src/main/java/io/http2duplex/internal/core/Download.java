package io.http2duplex.internal.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The source of the bytes of one response body. Its carrier pulls from it. Times are nanoseconds of the session's clock.
 * Guarded by the lock of its session.
 */
public interface Download {
    /** The {@link #length} of a body that goes on for as long as the duplex does. */
    long UNKNOWN = -1;

    /** The {@link #length} of a body that must not begin yet: the session wakes the carrier. */
    long WAITING = -2;

    /** {@return how many bytes the body has, which is asked before the first step; {@link #UNKNOWN} or {@link #WAITING}} */
    default long length(long now) {
        return UNKNOWN;
    }

    /** {@return what to do next; after {@link DownloadStep#WAIT} the session wakes the carrier} */
    DownloadStep next(long now);

    /** {@return the bytes to write, of which the carrier reports what was {@link #taken}; null if none are left} */
    @Nullable
    ByteBuffer peek();

    /** The transport has accepted so many of those bytes. */
    void taken(int count, long now);

    /** The transport accepts nothing more for now. */
    void blocked(long now);

    /** The transport has accepted everything, and would accept more. */
    void flushed(long now);

    /** The end of the response body has gone to the transport. */
    void ended(long now);

    /** The response can't be written any more: the browser, or its connection, was lost. */
    void lost(@Nullable Throwable cause, long now);
}
