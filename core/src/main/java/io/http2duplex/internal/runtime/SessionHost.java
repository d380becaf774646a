package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import org.jspecify.annotations.Nullable;

/** What a session needs of its surroundings. All methods may be called on any thread. */
public interface SessionHost {
    /** {@return when tasks run later} */
    Scheduler scheduler();

    /** {@return whether the calling thread must not block, since it carries the bytes of others} */
    boolean mustNotBlock();

    /**
     * The session has ended. It must be forgotten.
     *
     * @param id the session's
     * @param failure what ended it early; null if both directions ended cleanly
     */
    void ended(String id, @Nullable Failure failure);
}
