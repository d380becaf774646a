package io.http2duplex.internal.core;

import java.util.OptionalLong;

/**
 * Arithmetic of deadlines: times in nanoseconds of one clock, which may overflow, or {@link #NONE}. They are plain
 * numbers, since an idle session has several and must stay small.
 */
public final class Deadline {
    /** No time. */
    public static final long NONE = Long.MAX_VALUE;

    private Deadline() {}

    /** {@return whether there is a deadline and it has come} */
    public static boolean isPast(long deadline, long now) {
        return deadline != NONE && now - deadline >= 0;
    }

    /** {@return the first of these deadlines; empty if there is none} */
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
