package io.http2duplex.internal.undertow;

import java.util.concurrent.Executor;

/**
 * A batcher of wake-ups: the application is woken once for all bytes of an upload that come in a turn of the I/O thread. To
 * wake it for every frame would cost more than the frames do. The turn ends when the I/O thread has nothing more to do at
 * once, or {@value #MOST} bytes have come.
 *
 * <p>An I/O thread runs its tasks in the order in which it got them, and reading on while bytes are here is a task of
 * Undertow's. So there is nothing more when a task has run twice, and no bytes came in between.
 *
 * <p>Used on the I/O thread.
 */
final class WakeUpBatcher {
    /** The application must not wait for longer, since there may be a thread for it. */
    static final int MOST = 128 * 1024;

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
     * @param settle wakes the application
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

    /** The application was woken in another way. */
    void settled() {
        received = 0;
    }
}
