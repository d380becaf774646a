package io.http2duplex.internal.core;

import java.util.OptionalLong;

/**
 * Times at which something is to happen, or {@link #NONE}: plain numbers, for a session that waits has several, and many
 * sessions wait. In nanoseconds of one clock, which may overflow.
 */
public final class Deadline {
    /** No time. */
    public static final long NONE = Long.MAX_VALUE;

    private Deadline() {}

    /** {@return whether there is one, and it has come} */
    public static boolean isPast(long deadline, long now) {
        return deadline != NONE && now - deadline >= 0;
    }

    /** {@return the one that comes first; empty if there is none} */
    public static OptionalLong earliest(long... deadlines) {
        long first = NONE;
        for (long deadline : deadlines) {
            if (deadline != NONE && (first == NONE || deadline - first < 0)) {
                first = deadline;
            }
        }
        return first == NONE ? OptionalLong.empty() : OptionalLong.of(first);
    }
}
