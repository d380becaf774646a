package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.internal.core.Deadline;
import java.util.function.DoubleSupplier;

/** The time of the next try: at once after the first failure, then after random pauses whose bound doubles. */
final class BackOff {
    private static final long FIRST_PAUSE_NANOS = 250_000_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000_000L;
    /** The longest pause that a server gets when it asks for one: after a longer one the session might have timed out. */
    private static final long LONGEST_ASKED_NANOS = 10_000_000_000L;
    /** After so many failures the bound no longer doubles. */
    private static final int MOST_DOUBLINGS = 20;

    private final DoubleSupplier random;
    private int failures;
    /** When the pause ends. */
    private long until = Deadline.NONE;
    /** When the first failure since the last success was. */
    private long failingSince = Deadline.NONE;

    /** @param random gives numbers from 0 to 1, without 1 */
    BackOff(DoubleSupplier random) {
        this.random = random;
    }

    boolean isPausing(long now) {
        return until != Deadline.NONE && !Deadline.isPast(until, now);
    }

    /** {@return when the pause ends; {@link Deadline#NONE} if there is none} */
    long deadline() {
        return until;
    }

    /** {@return the time of the first failure since the last success; {@link Deadline#NONE} if there was none} */
    long failingSince() {
        return failingSince;
    }

    void timeIs(long now) {
        if (Deadline.isPast(until, now)) {
            until = Deadline.NONE;
        }
    }

    /** A time that does not count as failing. */
    void postpone(long time) {
        if (failingSince != Deadline.NONE) {
            failingSince += time;
        }
    }

    /** It worked, or there is reason to believe that it will. */
    void reset() {
        failures = 0;
        until = Deadline.NONE;
        progressed();
    }

    /** Something worked; a pause goes on. */
    void progressed() {
        failingSince = Deadline.NONE;
    }

    /**
     * A failure during a pause does not count, except that the server may ask for a longer pause.
     *
     * @param asked how long a pause the server asks for; 0 if it does not
     */
    void failed(long now, long asked) {
        failed(now, asked, LONGEST_PAUSE_NANOS);
    }

    /** @param longest the bound of the pause, unless the first one is larger */
    void failed(long now, long asked, long longest) {
        if (failingSince == Deadline.NONE) {
            failingSince = now;
        }
        long pause = Math.min(asked, LONGEST_ASKED_NANOS);
        if (!isPausing(now)) {
            long doubled = Math.min(FIRST_PAUSE_NANOS * ((1L << failures) - 1), LONGEST_PAUSE_NANOS);
            long bound = Math.min(doubled, Math.max(FIRST_PAUSE_NANOS, longest));
            failures = Math.min(failures + 1, MOST_DOUBLINGS);
            pause = Math.max(pause, (long) (random.getAsDouble() * bound));
        }
        if (pause > 0) {
            pause(now + pause);
        }
    }

    /** @param time until then, at least */
    void pause(long time) {
        if (until == Deadline.NONE || time - until > 0) {
            until = time;
        }
    }
}
