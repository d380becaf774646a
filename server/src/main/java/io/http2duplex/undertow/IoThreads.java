package io.http2duplex.undertow;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/** What the floors above need to know of XNIO's I/O threads. */
public final class IoThreads {
    private IoThreads() {}

    /** {@return whether the caller runs on an I/O thread, which must not block} */
    public static boolean isIoThread() {
        return Thread.currentThread() instanceof XnioIoThread;
    }

    /** Runs a task on that I/O thread; or {@code otherwise}, here and now, if the server has stopped and the thread gone. */
    static void execute(XnioIoThread thread, Runnable task, Consumer<RejectedExecutionException> otherwise) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            otherwise.accept(e);
        }
    }

    /** {@return what takes a task back that is to run on that I/O thread after a time} */
    public static Runnable after(XnioIoThread thread, Runnable task, long nanos) {
        XnioExecutor.Key key = thread.executeAfter(task, nanos, TimeUnit.NANOSECONDS);
        return key::remove;
    }
}
