package io.http2duplex.internal.listener;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * Ends an HTTP/2 connection that has no stream for long, be it none yet or none any more, or on which a head does not
 * come to its end. Runs on the connection's I/O thread.
 */
final class RequestWatch {
    private final Http2ServerChannel channel;
    private final StreamLedger streams;
    private final long firstRequest;
    private final long idle;

    private XnioExecutor.@Nullable Key waiting;
    /** Set while a head has begun and not come to its end. */
    private XnioExecutor.@Nullable Key head;

    RequestWatch(Http2ServerChannel channel, StreamLedger streams, ConnectionLimits limits) {
        this.channel = channel;
        this.streams = streams;
        firstRequest = limits.firstRequestTimeout().toNanos();
        idle = limits.idleTimeout().toNanos();
    }

    /** Begins to watch, until the channel closes. */
    void start() {
        channel.addCloseTask(closed -> stop());
        lookAfter(Math.min(firstRequest, idle));
    }

    /** Tells whether a head has begun whose end is not here. */
    void headIsOpen(boolean open) {
        if (open && head == null) {
            head = channel.getIoThread()
                    .executeAfter(
                            () -> channel.closeFor(ListenerLimit.FIRST_REQUEST_TIMEOUT),
                            firstRequest,
                            TimeUnit.NANOSECONDS);
        } else if (!open && head != null) {
            head.remove();
            head = null;
        }
    }

    private void stop() {
        if (waiting != null) {
            waiting.remove();
        }
        headIsOpen(false);
    }

    private void lookAfter(long nanos) {
        waiting = channel.getIoThread().executeAfter(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        if (!channel.isOpen()) {
            return;
        }
        boolean begun = streams.hasBegun();
        long left = (begun ? idle : firstRequest) - streams.idleFor(System.nanoTime());
        if (left > 0) {
            lookAfter(Math.min(left, idle));
        } else if (begun) {
            channel.endFor(ListenerLimit.IDLE_TIMEOUT);
        } else {
            channel.closeFor(ListenerLimit.FIRST_REQUEST_TIMEOUT);
        }
    }
}
