package io.http2duplex.internal.runtime;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The threads of user code: those of the application's executor, or of a pool of the library. */
public final class UserThreads {
    /** How many threads the library's pool has at most where the JDK has no virtual threads. */
    static final int MAX_PLATFORM_THREADS = 256;

    /** How many threads the authorizer has at most where the JDK has no virtual threads. */
    static final int MAX_AUTHORIZER_THREADS = 32;

    /** How many requests wait for one of them at most. */
    static final int MAX_WAITING_FOR_AUTHORIZER = 10_000;

    /** How many threads there are at most for tasks that an executor has refused. */
    static final int MAX_LAST_THREADS = 32;

    private static final Executor LAST = new LastThreads(MAX_LAST_THREADS, daemons("http2-duplex-last-"));

    /** Advice if no thread is left. */
    public static final String MORE_THREADS =
            "Give the option executor more threads, or run on JDK 21 or newer, where the default has no limit:"
                    + " blocking code keeps a thread for as long as it runs.";

    private final Executor executor;
    private final @Nullable ExecutorService own;

    private UserThreads(Executor executor, @Nullable ExecutorService own) {
        this.executor = executor;
        this.own = own;
    }

    public static UserThreads of(Executor executor) {
        return new UserThreads(executor, null);
    }

    /** Virtual threads on a JDK that has them (21 and newer), else a bounded pool. */
    public static UserThreads standard() {
        ExecutorService own = virtualThreads();
        if (own == null) {
            own = boundedPool(MAX_PLATFORM_THREADS);
        }
        return new UserThreads(own, own);
    }

    /**
     * Threads for an authorizer, which blocking handlers can't use up: virtual ones, or a small pool with a queue, since
     * an authorizer is quick, and {@code authorizeTimeout} bounds how long it is waited for.
     */
    public static UserThreads forAuthorizer() {
        ExecutorService own = virtualThreads();
        if (own == null) {
            own = queueing(
                    MAX_AUTHORIZER_THREADS,
                    new LinkedBlockingQueue<>(MAX_WAITING_FOR_AUTHORIZER),
                    daemons("http2-duplex-authorizer-"));
        }
        return new UserThreads(own, own);
    }

    private static @Nullable ExecutorService virtualThreads() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return null; // a JDK older than 21
        }
    }

    /** A pool without a queue: when all its threads are busy it refuses, where a queue would let a duplex hang. */
    public static ExecutorService boundedPool(int maxThreads) {
        return new ThreadPoolExecutor(
                0, maxThreads, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("http2-duplex-"));
    }

    /** {@return a pool that ends its threads when it is idle} */
    static ThreadPoolExecutor queueing(int maxThreads, BlockingQueue<Runnable> queue, ThreadFactory threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(maxThreads, maxThreads, 10, TimeUnit.SECONDS, queue, threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Runs a task, which throws nothing itself.
     *
     * @throws RejectedExecutionException if there is no thread for the task, or the JVM could not make one
     */
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (Throwable e) { // a thread could not be made, or the executor is at fault
            throw e instanceof RejectedExecutionException rejected
                    ? rejected
                    : new RejectedExecutionException("The executor failed to take a task", e);
        }
    }

    /**
     * Runs a task that must not be refused. It falls back to {@value #MAX_LAST_THREADS} threads that all share, which refuse
     * nothing: such a task waits while code of applications blocks all of them. If the JVM can make none of them, it runs
     * on the calling thread.
     */
    public void executeSurely(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException e) {
            LAST.execute(task);
        }
    }

    public void close() {
        if (own != null) {
            own.shutdown();
        }
    }
}
