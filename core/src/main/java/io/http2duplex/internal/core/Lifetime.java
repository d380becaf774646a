package io.http2duplex.internal.core;

import io.http2duplex.ErrorCode;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits on how long a session lives, and on how long it is idle: without a byte of the application in either direction.
 * Idleness is noticed up to a quarter of its time late, so that bytes need not be timed. Times in nanoseconds of one
 * clock.
 */
public final class Lifetime {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long idleNanos;
    private final long lifeNanos;
    private final long openedAt;

    private long bytes;
    /** When the number of bytes was last seen to change. */
    private long idleSince;

    private long lookedAt;

    /**
     * Begins with the session.
     *
     * @param idleNanos how long it may be idle; 0: for ever
     * @param lifeNanos how long it may live; 0: for ever
     */
    public Lifetime(long idleNanos, long lifeNanos, long now) {
        this.idleNanos = idleNanos;
        this.lifeNanos = lifeNanos;
        openedAt = now;
        idleSince = now;
        lookedAt = now;
    }

    /** {@return when {@link #timeIs} must be called; empty if no time matters} */
    public OptionalLong deadline() {
        if (idleNanos == 0) {
            return lifeNanos == 0 ? OptionalLong.empty() : OptionalLong.of(openedAt + lifeNanos);
        }
        long look = lookedAt + Math.max(1, idleNanos / 4);
        long idle = idleSince + idleNanos;
        long first = idle - look < 0 ? idle : look;
        boolean endsFirst = lifeNanos > 0 && openedAt + lifeNanos - first < 0;
        return OptionalLong.of(endsFirst ? openedAt + lifeNanos : first);
    }

    /** {@return a failure that the time means for the session; null if it means none} */
    public @Nullable Failure timeIs(Session session, long now) {
        if (lifeNanos > 0 && now - openedAt >= lifeNanos) {
            return new Failure(
                    ErrorCode.TIMED_OUT,
                    "The duplex had lived for " + lifeNanos / NANOS_PER_MILLI + " ms (option maxLife).");
        }
        lookedAt = now;
        long carried = session.receivedBytes() + session.sentBytes();
        if (carried != bytes) {
            bytes = carried;
            idleSince = now;
        }
        return idleNanos > 0 && now - idleSince >= idleNanos
                ? new Failure(
                        ErrorCode.TIMED_OUT,
                        "No byte went either way for " + idleNanos / NANOS_PER_MILLI + " ms (option idleTimeout).")
                : null;
    }
}
