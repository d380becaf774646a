package io.http2duplex.internal.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A timer, which outlives every connection. Safe for use by many threads. */
@FunctionalInterface
public interface Scheduler {
    /**
     * The timer of the process: tasks run on threads of the JDK's common pool, which they must not block.
     *
     * <p>There is one task for each session. A task of this executor takes a third of what the JDK's futures take.
     */
    Scheduler SHARED = shared();

    /**
     * Runs a task after a time.
     *
     * @param nanos in nanoseconds
     * @return what cancels the task if it has not begun
     */
    Runnable after(long nanos, Runnable task);

    private static Scheduler shared() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "http2-duplex-timer");
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // it belongs to no application
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true); // a task holds a session
        timer.setKeepAliveTime(5, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return (nanos, task) -> {
            // A Callable, which is held as it is: a Runnable would be wrapped in one.
            Callable<@Nullable Void> expiry = () -> {
                ForkJoinPool.commonPool().execute(task);
                return null;
            };
            Future<?> reached = timer.schedule(expiry, nanos, TimeUnit.NANOSECONDS);
            return () -> reached.cancel(false);
        };
    }
}
