package io.http2duplex.undertow;

import io.http2duplex.protocol.DownloadStep;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a download come from. All methods may be called on an I/O thread; none blocks. */
public interface DownloadSource {
    /** {@return what to do next; after {@link DownloadStep#WAIT} the source wakes the carrier} */
    DownloadStep next();

    /** {@return the bytes to write, of which the carrier tells what was {@link #taken}; null if there are none any more} */
    @Nullable
    ByteBuffer peek();

    /** The transport has taken bytes from that buffer. */
    void taken(int count);

    /** The transport takes nothing more for now. */
    void blocked();

    /** The transport has taken everything, and would take more. */
    void flushed();

    /** The end of the response body has gone to the transport. */
    void ended();

    /** The response can't be written any more: the browser, or the connection to it, has gone. */
    void lost(@Nullable Throwable cause);
}
