package io.http2duplex.internal.servlet;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a servlet's carriers: as many as there are processors, and one more for each that may be blocked.
 *
 * <p>Why not the container's: a write that is called non-blocking may block (Tomcat's do, for up to 5 seconds, when the peer
 * reads nothing), and enough frozen peers would hold up the whole container. Why not the waker's: it may be the
 * application's, which writes to many.
 */
public final class CarrierThreads {
    /** How many writes may be blocked at once before they hold up others. */
    static final int MAX_BLOCKED = 1_000;

    private static final int IDLE_SECONDS = 10;

    private final ForkJoinPool pool;

    public CarrierThreads() {
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        pool = new ForkJoinPool(
                processors,
                CarrierThread::new,
                null,
                true, // in sequence, as wake-ups come
                0,
                processors + MAX_BLOCKED,
                processors,
                full -> true, // when all are blocked, wait
                IDLE_SECONDS,
                TimeUnit.SECONDS);
    }

    private static final class CarrierThread extends ForkJoinWorkerThread {
        CarrierThread(ForkJoinPool pool) {
            super(pool);
            setName("http2-duplex-carrier-" + getPoolIndex());
            setDaemon(true);
        }
    }

    /** {@return whether the caller runs on such a thread, on which user code must not block} */
    public static boolean isCarrierThread() {
        return Thread.currentThread() instanceof CarrierThread;
    }

    /** Runs a task later, on another thread, even after {@link #close}. */
    void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            ForkJoinPool.commonPool().execute(task);
        }
    }

    /** Runs a task here and now that may block: another thread goes on with what this one would have done. */
    static void blocking(Runnable task) {
        try {
            ForkJoinPool.managedBlock(new ForkJoinPool.ManagedBlocker() {
                private boolean done;

                @Override
                public boolean block() {
                    done = true;
                    task.run();
                    return true;
                }

                @Override
                public boolean isReleasable() {
                    return done;
                }
            });
        } catch (InterruptedException e) {
            throw new AssertionError("block() is never interrupted", e);
        }
    }

    /** Lets the threads end when they have nothing more to do. */
    public void close() {
        pool.shutdown();
    }
}
