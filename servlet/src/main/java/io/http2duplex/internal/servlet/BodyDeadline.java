package io.http2duplex.internal.servlet;

import io.http2duplex.internal.runtime.Scheduler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a request's body must make progress. Within each {@code bodyTimeout} spent waiting for the peer, {@value
 * #STEP} bytes must come, or the end. Time in which the application does not read is not the peer's, and does not count.
 *
 * <p>Used by tasks of the exchange.
 */
final class BodyDeadline {
    /** How many bytes must come in each time. */
    static final int STEP = 16 * 1024;

    private final long nanos;
    private final Runnable onExpired;
    /** How much time there is left for the step, when nothing is awaited. */
    private long left;
    /** Of this step. */
    private int received;
    /** While it is awaited. */
    private long since;
    /** What cancels the timer; null: nothing is awaited. */
    private @Nullable Runnable cancel;

    /**
     * @param nanos how long each step may take; 0 for ever
     * @param onExpired run, on any thread, when the body has made no progress
     */
    BodyDeadline(long nanos, Runnable onExpired) {
        this.nanos = nanos;
        this.onExpired = onExpired;
        left = nanos;
    }

    /** Bytes have come, when it was not awaited any more. */
    void received(int count) {
        received += count;
        if (received >= STEP) {
            received = 0;
            left = nanos;
        }
    }

    /** All that has come is read, and more must come. */
    void awaited() {
        if (nanos > 0 && cancel == null) {
            since = System.nanoTime();
            cancel = Scheduler.SHARED.after(Math.max(1, left), onExpired);
        }
    }

    /** Something has come, or the application takes nothing for now, or nothing is waited for any more. */
    void paused() {
        if (cancel != null) {
            cancel.run();
            cancel = null;
            left -= System.nanoTime() - since;
        }
    }

    /** {@return whether the time is over} */
    boolean isOver() {
        return cancel != null && System.nanoTime() - since >= left;
    }

    /** {@return what did not come in time, for a person} */
    String expectation() {
        return "less than " + STEP + " bytes of it, and not its end, came in " + TimeUnit.NANOSECONDS.toMillis(nanos)
                + " ms (option bodyTimeout)";
    }
}
