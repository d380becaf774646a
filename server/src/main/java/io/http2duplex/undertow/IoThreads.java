package io.http2duplex.undertow;

import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** What all need to know of XNIO's I/O threads. */
public final class IoThreads {
    /** How long the timer's thread waits for the next task when there are none. */
    private static final int KEEP_ALIVE_SECONDS = 5;

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private IoThreads() {}

    /** {@return whether the caller runs on an I/O thread, which must not block} */
    public static boolean isIoThread() {
        return Thread.currentThread() instanceof XnioIoThread;
    }

    /** Runs a task on that I/O thread; or {@code otherwise}, here and now, if the server has stopped and the thread gone. */
    public static void execute(XnioIoThread thread, Runnable task, Consumer<RejectedExecutionException> otherwise) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            otherwise.accept(e);
        }
    }

    /**
     * Runs a task after a time, on that I/O thread, or on one of the JDK's if the server has stopped and the thread gone:
     * what waits for a time may outlive every connection.
     *
     * @return what takes the task back
     */
    public static Runnable after(XnioIoThread thread, Runnable task, long nanos) {
        // A Callable, which is held as it is: a Runnable would be wrapped in one.
        Callable<@Nullable Void> expiry = () -> {
            execute(thread, task, stopped -> ForkJoinPool.commonPool().execute(task));
            return null;
        };
        Future<?> reached = TIMER.schedule(expiry, nanos, TimeUnit.NANOSECONDS);
        return () -> reached.cancel(false);
    }

    /** There is one timer for each session: a task of this executor's is a third of what the JDK's futures take. */
    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "http2-duplex-timer");
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // it is of no application
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true); // a task holds a session
        timer.setKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }
}
