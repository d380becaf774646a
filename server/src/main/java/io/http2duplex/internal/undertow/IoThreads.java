package io.http2duplex.internal.undertow;

import io.http2duplex.internal.runtime.Scheduler;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.xnio.XnioIoThread;

/** Helpers for XNIO's I/O threads. */
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
     * Runs a task after a time, on that I/O thread, or on one of the JDK's if the server has stopped and the thread gone.
     *
     * @return what cancels the task
     */
    public static Runnable after(XnioIoThread thread, Runnable task, long nanos) {
        return Scheduler.SHARED.after(nanos, () -> execute(thread, task, stopped -> task.run()));
    }
}
