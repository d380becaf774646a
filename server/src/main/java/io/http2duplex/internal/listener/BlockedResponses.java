package io.http2duplex.internal.listener;

import io.http2duplex.internal.undertow.ResponseDeadline;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The responses that their clients do not read. There may be as many as there may be connections, in all and of one address:
 * over HTTP/1.1 there are no more anyway. Thread-safe.
 */
final class BlockedResponses implements ResponseDeadline.Bound {
    private final ConnectionLimits limits;
    private final ListenerCounts counts;
    private final ConnectionCount count;

    BlockedResponses(ConnectionLimits limits, ListenerCounts counts) {
        this.limits = limits;
        this.counts = counts;
        count = new ConnectionCount(limits);
    }

    @Override
    public @Nullable Runnable begins(@Nullable InetSocketAddress peer) {
        InetAddress address = limits.network(peer);
        ListenerLimit reached = count.add(address);
        if (reached == null) {
            return () -> count.remove(address);
        }
        counts.reached(reached);
        return null;
    }
}
