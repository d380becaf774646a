package io.http2duplex.internal.listener;

import io.http2duplex.internal.undertow.ResponseDeadline;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The responses that their clients do not read. There may be as many as there may be connections, in all and of one address:
 * over HTTP/1.1 there are no more anyway. Thread-safe.
 */
final class BlockedResponses implements ResponseDeadline.Bound {
    private final ConnectionLimits limits;
    private final ListenerCounts counts;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    BlockedResponses(ConnectionLimits limits, ListenerCounts counts) {
        this.limits = limits;
        this.counts = counts;
    }

    @Override
    public @Nullable Runnable begins(@Nullable InetSocketAddress peer) {
        InetAddress address = limits.network(peer);
        ListenerLimit reached = null;
        if (all.incrementAndGet() > limits.maxConnections()) {
            reached = ListenerLimit.MAX_CONNECTIONS;
        }
        if (address != null
                && perAddress.merge(address, 1, Integer::sum) > limits.maxConnectionsPerAddress()
                && reached == null) {
            reached = ListenerLimit.MAX_CONNECTIONS_PER_ADDRESS;
        }
        if (reached == null) {
            return () -> ended(address);
        }
        counts.reached(reached);
        ended(address);
        return null;
    }

    private void ended(@Nullable InetAddress address) {
        all.decrementAndGet();
        if (address != null) {
            perAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
        }
    }
}
