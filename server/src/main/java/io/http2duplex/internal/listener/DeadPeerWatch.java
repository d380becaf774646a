package io.http2duplex.internal.listener;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * Asks a client that was silent for a while with PING (RFC 9113, section 6.7) whether it is there, and closes its
 * connection if nothing comes. Everything that comes is a sign of life. Runs on the connection's I/O thread.
 */
final class DeadPeerWatch {
    private final Http2ServerChannel channel;
    private final long interval;
    private final long timeout;
    private long lastHeard = System.nanoTime();
    private boolean asked;
    private XnioExecutor.@Nullable Key timer;

    DeadPeerWatch(Http2ServerChannel channel, Http2Limits limits) {
        this.channel = channel;
        interval = limits.pingInterval().toNanos();
        timeout = limits.pingTimeout().toNanos();
    }

    /** Begins to watch, until the channel closes. */
    void start() {
        channel.addCloseTask(closed -> stop());
        lookAfter(interval);
    }

    /** Tells that something came. */
    void heard() {
        lastHeard = System.nanoTime();
        if (asked) {
            asked = false;
            stop();
            lookAfter(interval);
        }
    }

    private void stop() {
        if (timer != null) {
            timer.remove();
        }
    }

    private void lookAfter(long nanos) {
        timer = channel.getIoThread().executeAfter(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        long silence = System.nanoTime() - lastHeard;
        if (!channel.isOpen()) {
            return;
        }
        if (!channel.isReading()) {
            lastHeard = System.nanoTime(); // what comes cannot be heard: it waits until there is room for it
            asked = false;
            lookAfter(interval);
        } else if (asked) {
            channel.closeFor(ListenerLimit.PING_TIMEOUT);
        } else if (silence >= interval) {
            asked = true;
            channel.sendPing(new byte[8]);
            lookAfter(timeout);
        } else {
            lookAfter(interval - silence);
        }
    }
}
