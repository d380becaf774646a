package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import org.jspecify.annotations.Nullable;

/** The owner of a session's place and id. */
@FunctionalInterface
public interface SessionHost {
    /**
     * The session has ended, and must be forgotten. Called once, on any thread.
     *
     * @param failure what ended it early; null if both directions ended cleanly
     */
    void ended(@Nullable Failure failure);
}
