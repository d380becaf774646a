package io.http2duplex.undertow;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.XnioIoThread;

/** What all need to know of XNIO's I/O threads. */
public final class IoThreads {
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
        CompletableFuture<Boolean> time = new CompletableFuture<>();
        CompletionStage<Boolean> reached = time.completeOnTimeout(true, nanos, TimeUnit.NANOSECONDS);
        reached.thenAccept(due -> {
            if (due) {
                execute(thread, task, stopped -> ForkJoinPool.commonPool().execute(task));
            }
        });
        return () -> time.complete(false); // not cancelled: up to JDK 18 the JDK's timer would go on and hold the task
    }
}
