package io.http2duplex.internal.core;

import io.http2duplex.DownloadMode;
import org.jspecify.annotations.Nullable;

/** An event that the observer of a session learns of, between its opening and its end. */
public sealed interface SessionEvent {
    /**
     * A download has come: the first one, or one in the place of another. Polls that follow each other are one.
     *
     * @param mode how it travels
     */
    record Attached(DownloadMode mode) implements SessionEvent {}

    /**
     * The session has lost its download, and waits for another.
     *
     * @param reason how, for a person
     * @param cause the exception behind it, if there is one
     */
    record Detached(String reason, @Nullable Throwable cause) implements SessionEvent {}

    /**
     * A download has come to a session that was detached.
     *
     * @param mode how it travels
     */
    record Resumed(DownloadMode mode) implements SessionEvent {}

    /** The server has told its client that it is going to shut down. */
    record Draining() implements SessionEvent {}
}
