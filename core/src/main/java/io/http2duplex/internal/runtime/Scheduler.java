package io.http2duplex.internal.runtime;

/** A timer, which outlives every connection. Safe for use by many threads. */
@FunctionalInterface
public interface Scheduler {
    /** The timer of the process: tasks run on threads of its own, which they must not block. */
    Scheduler SHARED = new SharedTimer();

    /**
     * Runs a task after a time.
     *
     * @param nanos in nanoseconds
     * @return what cancels the task if it has not begun
     */
    Runnable after(long nanos, Runnable task);
}
