package io.http2duplex.internal.listener;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A count of what there may be as many of as connections, in all and of one address. Thread-safe. */
final class ConnectionCount {
    private final ConnectionLimits limits;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    ConnectionCount(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** {@return how many there are} */
    int all() {
        return all.get();
    }

    /**
     * Adds one.
     *
     * @param address that it counts for; null if exempt
     * @return the limit that it is beyond, and then it does not count; null if there is none
     */
    @Nullable
    ListenerLimit add(@Nullable InetAddress address) {
        if (all.incrementAndGet() > limits.maxConnections()) {
            all.decrementAndGet();
            return ListenerLimit.MAX_CONNECTIONS;
        }
        if (address != null && perAddress.merge(address, 1, Integer::sum) > limits.maxConnectionsPerAddress()) {
            remove(address);
            return ListenerLimit.MAX_CONNECTIONS_PER_ADDRESS;
        }
        return null;
    }

    void remove(@Nullable InetAddress address) {
        all.decrementAndGet();
        if (address != null) {
            perAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
        }
    }
}
