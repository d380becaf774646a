package io.http2duplex.undertow;

import io.http2duplex.protocol.UploadOutcome;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where the bytes of an upload go to. All methods may be called on an I/O thread; none blocks. */
public interface UploadSink {
    /** {@return how many bytes may be handed over now; 0: wait to be woken} */
    int room();

    /** Bytes have come. The sink copies what it keeps. What follows from them may wait for {@link #settle}. */
    void received(ByteBuffer bytes);

    /** Does what follows from what was received, such as to wake the application. */
    void settle();

    /** The body has come to its end. */
    void completed();

    /** The body was cut: the rest will not come. */
    void cut(String how, @Nullable Throwable cause);

    /**
     * The body does not get on, and is not waited for any longer.
     *
     * @param how what was waited for in vain, and which limit that is, for a person
     */
    void late(String how);

    /** {@return how to answer; null as long as that is open} */
    @Nullable
    UploadOutcome outcome();
}
