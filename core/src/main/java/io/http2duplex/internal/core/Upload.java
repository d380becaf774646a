package io.http2duplex.internal.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sink for the bytes of one request body. Its carrier pushes into it. Times are nanoseconds of the session's clock.
 * Guarded by the lock of its session.
 */
public interface Upload {
    /** What {@link #room} returns once the {@link #outcome} is decided. */
    int DECIDED = -1;

    /** {@return how many bytes may be handed over now; 0: wait to be woken; {@link #DECIDED}: answer} */
    int room();

    /** Bytes have come, no more than {@link #room} allowed. The sink copies what it keeps. */
    void received(ByteBuffer bytes, long now);

    /** {@return whether the sink keeps bytes as they come, so that {@link #given} spares a copy} It is always the same. */
    default boolean keepsBuffers() {
        return false;
    }

    /** As {@link #received}, in a buffer that is the sink's from now on. */
    default void given(ByteBuffer bytes, long now) {
        received(bytes, now);
    }

    /** The body has come to its end. */
    void completed(long now);

    /**
     * The body was cut: the rest will not come.
     *
     * @param how what happened, for a person
     */
    void cut(String how, @Nullable Throwable cause, long now);

    /**
     * The body makes no progress: the carrier waits no longer.
     *
     * @param how what did not come within which limit, for a person
     */
    void timedOut(String how, long now);

    /** {@return how to answer; null as long as that is undecided} */
    @Nullable
    UploadOutcome outcome();
}
