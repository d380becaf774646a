package io.http2duplex.internal.listener;

import io.http2duplex.internal.options.OptionChecks;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * A watch for dead peers. It sends a PING (RFC 9113, section 6.7) to a silent client, and closes the connection if
 * nothing comes back. Every received byte is a sign of life. While the connection is not read, only a client is dead to
 * which no frame can be sent either: Undertow stops reading a client that leaves too many frames unread. Runs on the
 * connection's I/O thread.
 */
final class DeadPeerWatch {
    private final Http2ServerChannel channel;
    private final long interval;
    private final long timeout;
    private long lastHeard = System.nanoTime();
    private boolean asked;
    /** Whether the connection was read when the client was asked. */
    private boolean wasRead;
    /** Whether a frame has gone out since then. */
    private boolean sent;

    private XnioExecutor.@Nullable Key timer;

    DeadPeerWatch(Http2ServerChannel channel, Http2Limits limits) {
        this.channel = channel;
        interval = OptionChecks.nanos(limits.pingInterval());
        timeout = OptionChecks.nanos(limits.pingTimeout());
    }

    /** Watches until the channel closes. */
    void start() {
        channel.addCloseTask(closed -> stop());
        lookAfter(interval);
    }

    /** Records a sign of life. */
    void heard() {
        lastHeard = System.nanoTime();
        if (asked) {
            asked = false;
            stop();
            lookAfter(interval);
        }
    }

    /** A frame has gone out. */
    void sent() {
        sent = true;
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
        boolean read = channel.isReading();
        if (asked && sent && !(wasRead && read)) {
            lastHeard = System.nanoTime(); // not the client's silence: nothing is read until there is room
            asked = false;
            lookAfter(interval);
        } else if (asked) {
            channel.closeFor(ListenerLimit.PING_TIMEOUT);
        } else if (silence >= interval) {
            asked = true;
            wasRead = read;
            sent = false;
            channel.sendPing(new byte[8]);
            lookAfter(timeout);
        } else {
            lookAfter(interval - silence);
        }
    }
}
