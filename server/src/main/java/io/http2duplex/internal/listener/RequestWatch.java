package io.http2duplex.internal.listener;

import io.http2duplex.internal.options.OptionChecks;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * A watch that ends an HTTP/2 connection without a stream for too long, at first or later, or with a head that is never
 * completed. Runs on the connection's I/O thread.
 */
final class RequestWatch {
    private final Http2ServerChannel channel;
    private final StreamLedger streams;
    private final long firstRequest;
    private final long idle;

    private XnioExecutor.@Nullable Key waiting;
    /** Set while a head is incomplete. */
    private XnioExecutor.@Nullable Key head;

    RequestWatch(Http2ServerChannel channel, StreamLedger streams, ConnectionLimits limits) {
        this.channel = channel;
        this.streams = streams;
        firstRequest = OptionChecks.nanos(limits.firstRequestTimeout());
        idle = OptionChecks.nanos(limits.idleTimeout());
    }

    /** Watches until the channel closes. */
    void start() {
        channel.addCloseTask(closed -> stop());
        lookAfter(Math.min(firstRequest, idle));
    }

    /** Records whether a head is incomplete. */
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
