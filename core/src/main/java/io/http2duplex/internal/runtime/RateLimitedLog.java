package io.http2duplex.internal.runtime;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A log of one kind of event that peers can cause as often as they like: so many lines in a period, and at its end one
 * with the number of those left out, which are logged at level DEBUG. Safe for use by many threads.
 */
public final class RateLimitedLog {
    /** How many lines are logged in a period. */
    static final int MAX_LINES = 10;

    static final long PERIOD_SECONDS = 60;

    private static final String CALLEE = RateLimitedLog.class.getName();
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(PERIOD_SECONDS);

    private final Logger log;
    private final Logger.Level level;
    private final String kind;
    private final LongSupplier clock;
    private final Scheduler scheduler;

    /** When the period began. Guarded by this, as all below. */
    private long began;

    private int lines;
    private long leftOut;

    /**
     * @param kind what is logged here, for the line with the number of those left out
     * @param clock tells the time in nanoseconds
     * @param scheduler runs what logs that line
     */
    RateLimitedLog(Logger log, Logger.Level level, String kind, LongSupplier clock, Scheduler scheduler) {
        this.log = log;
        this.level = level;
        this.kind = kind;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** Logs a line, whose parameters are as of {@link String#format}. */
    public void log(@Nullable Throwable thrown, String format, Object... parameters) {
        log.logf(CALLEE, admit() ? level : Logger.Level.DEBUG, thrown, format, parameters);
    }

    private boolean admit() {
        long rest;
        synchronized (this) {
            long now = clock.getAsLong();
            if (lines == 0 || now - began >= PERIOD) {
                began = now;
                lines = 0;
            }
            if (lines < MAX_LINES) {
                lines++;
                return true;
            }
            leftOut++;
            if (leftOut > 1) {
                return false;
            }
            rest = began + PERIOD - now;
        }
        scheduler.after(rest, this::logLeftOut);
        return false;
    }

    private void logLeftOut() {
        long count;
        synchronized (this) {
            count = leftOut;
            leftOut = 0;
        }
        String format = "%s: %d more in the last %d seconds; level DEBUG has them all";
        log.logf(CALLEE, level, null, format, kind, count, PERIOD_SECONDS);
    }
}
