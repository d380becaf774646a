package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import org.jspecify.annotations.Nullable;

/** The owner of a session's place and id. Methods may be called on any thread. */
@FunctionalInterface
public interface SessionHost {
    /**
     * The session has ended, and must be forgotten. Called once.
     *
     * @param failure what ended it early; null if both directions ended cleanly
     */
    void ended(@Nullable Failure failure);

    /** The client has shown that it knows the id of the session. */
    default void known() {}

    /**
     * The client has gone while it opened the session: others may have the place until it comes back. Called under the
     * session's lock.
     */
    default void aborted() {}

    /**
     * The client has come back. Called under the session's lock.
     *
     * @return why the session has no place any more; null if it has one
     */
    default @Nullable Problem readmit() {
        return null;
    }
}
