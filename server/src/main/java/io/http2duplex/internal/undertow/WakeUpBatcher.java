package io.http2duplex.internal.undertow;

import java.util.concurrent.Executor;

/**
 * Has what follows from the bytes of an upload done once for all that come in a turn of the I/O thread: to wake the
 * application for every frame would cost more than the frames do. The turn is over when the I/O thread has nothing more
 * to do at once, or {@value #MOST} bytes have come.
 *
 * <p>An I/O thread runs its tasks in the order in which it got them, and reading on while bytes are here is a task of
 * Undertow's. So there is nothing more when a task has come round twice, and nothing else came meanwhile.
 *
 * <p>Used on the I/O thread.
 */
final class WakeUpBatcher {
    /** The application is not to wait for longer, since there may be a thread for it. */
    static final int MOST = 64 * 1024;

    private final Executor thread;
    private final Runnable settle;
    /** Since it was settled. */
    private int received;
    /** Whether {@link #round} is among the thread's tasks. */
    private boolean scheduled;
    /** Whether nothing has come since the last round. */
    private boolean quiet;

    /**
     * @param thread runs a task on the I/O thread, after those that it has
     * @param settle does what follows from what has come
     */
    WakeUpBatcher(Executor thread, Runnable settle) {
        this.thread = thread;
        this.settle = settle;
    }

    /** Bytes have come. */
    void received(int count) {
        received += count;
        quiet = false;
        if (received >= MOST) {
            settle();
        }
    }

    /** All that was here has come. */
    void paused() {
        if (received > 0 && !scheduled) {
            scheduled = true;
            thread.execute(this::round);
        }
    }

    private void round() {
        scheduled = false;
        if (quiet) {
            settle();
        } else {
            quiet = true;
            paused();
        }
    }

    /** Settles now. {@return whether there was something to settle} */
    boolean settle() {
        if (received == 0) {
            return false;
        }
        received = 0;
        settle.run();
        return true;
    }

    /** What followed was done otherwise. */
    void settled() {
        received = 0;
    }
}
