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
    /**
     * How much of a body is read before {@linkplain #afterOthers others have their turns}, whether it ran dry meanwhile
     * or not: Undertow calls the listener of a TLS connection on and on while bytes wait.
     */
    static final int BUFFERS_AT_A_TIME = 32;

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
     * Runs a task on that I/O thread once it has looked after its other connections; or {@code otherwise} as {@link
     * #execute} does. That takes a timer: XNIO looks for what is ready only when no tasks wait, and a TLS connection of
     * which bytes are here makes tasks of them.
     */
    static void afterOthers(XnioIoThread thread, Runnable task, Consumer<RejectedExecutionException> otherwise) {
        try {
            thread.executeAfter(task, 1, TimeUnit.MILLISECONDS);
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
