package io.http2duplex.internal.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timer of the process. One thread waits for the times, and at least two others run the tasks. They are not the
 * threads of the JDK's common pool: an application may block those, and with them every deadline. All of them end when
 * there is nothing to do.
 *
 * <p>There is one task for each session. A task of this executor takes a third of what the JDK's futures take.
 */
final class SharedTimer implements Scheduler {
    private static final int IDLE_SECONDS = 5;
    private static final String NAME = "http2-duplex-timer";

    private final ForkJoinPool tasks;
    private final ScheduledThreadPoolExecutor timer;

    SharedTimer() {
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        tasks = new ForkJoinPool(
                processors,
                SharedTimer::worker,
                null,
                true, // in sequence, as their times come
                0,
                processors,
                1,
                null,
                IDLE_SECONDS,
                TimeUnit.SECONDS);
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, NAME);
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // it belongs to no application
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true); // a task holds a session
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    /** {@return a thread that holds nothing of an application} */
    private static ForkJoinWorkerThread worker(ForkJoinPool pool) {
        ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
        thread.setName(NAME + "-task");
        return thread;
    }

    @Override
    public Runnable after(long nanos, Runnable task) {
        // A Callable, which is held as it is: a Runnable would be wrapped in one.
        Callable<@Nullable Void> expiry = () -> {
            tasks.execute(task);
            return null;
        };
        Future<?> reached = timer.schedule(expiry, nanos, TimeUnit.NANOSECONDS);
        return () -> reached.cancel(false);
    }
}
