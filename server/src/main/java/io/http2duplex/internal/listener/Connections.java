package io.http2duplex.internal.listener;

import io.http2duplex.internal.undertow.IoThreads;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/**
 * The connections of a port. It lets in as many as there may be, and closes the others at once: a client that is kept
 * waiting would not know why. Those that are in have to get on: each phase before the first request has its time.
 */
final class Connections {
    private static final Logger LOG = Logger.getLogger(Connections.class);
    private static final int NETWORK_BYTES = 8;

    private static final class Entry {
        /** For whom it counts; null: for nobody. */
        final @Nullable InetAddress address;
        /** Closes it when the phase that it is in has lasted too long. Set on the connection's I/O thread. */
        XnioExecutor.@Nullable Key timer;

        Entry(@Nullable InetAddress address) {
            this.address = address;
        }
    }

    private final ConnectionLimits limits;
    private final ListenerCounts counts;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<StreamConnection, Entry> open = new ConcurrentHashMap<>();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    Connections(ConnectionLimits limits, ListenerCounts counts) {
        this.limits = limits;
        this.counts = counts;
    }

    /** {@return how many are open} */
    int count() {
        return count.get();
    }

    /** {@return what takes connections with TLS} The next is to call {@link #begin} when their protocol is known. */
    ChannelListener<StreamConnection> securing(ChannelListener<? super StreamConnection> next) {
        return connection -> {
            if (admit(connection)) {
                within(limits.handshakeTimeout(), ListenerLimit.HANDSHAKE_TIMEOUT, connection);
                next.handleEvent(connection);
            }
        };
    }

    /** {@return what takes connections in clear text} */
    ChannelListener<StreamConnection> clear(ChannelListener<? super StreamConnection> next) {
        return connection -> {
            if (admit(connection)) {
                next.handleEvent(connection);
            }
        };
    }

    /** The protocol is known: the first request is to come now. */
    void begin(StreamConnection connection) {
        within(limits.firstRequestTimeout(), ListenerLimit.FIRST_REQUEST_TIMEOUT, connection);
    }

    /** No time matters any more: the first request has come, or something else takes care of the time. */
    void served(StreamConnection connection) {
        Entry entry = open.get(connection);
        if (entry != null && entry.timer != null) {
            entry.timer.remove();
            entry.timer = null;
        }
    }

    /** Adds itself to what is told of the connection's close, after somebody has put another listener in its place. */
    void watchClose(StreamConnection connection) {
        ChannelListener<? super StreamConnection> other = connection.getCloseListener();
        connection.setCloseListener(closed -> {
            closed(closed);
            ChannelListeners.invokeChannelListener(closed, other);
        });
        if (!connection.isOpen()) {
            closed(connection);
        }
    }

    /**
     * Closes the connection with that peer, if there is one, behind what its I/O thread is sending now: {@link
     * GatheringSink} sends that at the end of its turn.
     */
    void disconnect(SocketAddress peer) {
        for (StreamConnection connection : open.keySet()) {
            if (peer.equals(connection.getPeerAddress())) {
                Executor turnEnd = task -> IoThreads.execute(connection.getIoThread(), task, stopped -> task.run());
                turnEnd.execute(() -> turnEnd.execute(() -> IoUtils.safeClose(connection)));
                return;
            }
        }
    }

    private boolean admit(StreamConnection connection) {
        InetAddress address = network(connection);
        ListenerLimit reached = null;
        if (count.incrementAndGet() > limits.maxConnections()) {
            reached = ListenerLimit.MAX_CONNECTIONS;
        } else if (address != null && perAddress.merge(address, 1, Integer::sum) > limits.maxConnectionsPerAddress()) {
            reached = ListenerLimit.MAX_CONNECTIONS_PER_ADDRESS;
            letGo(address);
        }
        if (reached != null) {
            count.decrementAndGet();
            close(connection, reached);
            return false;
        }
        counts.accepted();
        open.put(connection, new Entry(address));
        connection.setCloseListener(this::closed);
        return true;
    }

    /** {@return for whom it counts: its client's address, of IPv6 the first 64 bits, which are one client's; or null} */
    private @Nullable InetAddress network(StreamConnection connection) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        InetAddress address = peer == null ? null : peer.getAddress();
        if (address == null || limits.isExempt().test(address)) {
            return null;
        }
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] network = address.getAddress();
        Arrays.fill(network, NETWORK_BYTES, network.length, (byte) 0);
        try {
            return InetAddress.getByAddress(network);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }

    private void closed(StreamConnection connection) {
        served(connection);
        Entry entry = open.remove(connection);
        if (entry != null) {
            count.decrementAndGet();
            if (entry.address != null) {
                letGo(entry.address);
            }
        }
    }

    private void letGo(InetAddress address) {
        perAddress.computeIfPresent(address, (same, open) -> open == 1 ? null : open - 1);
    }

    private void within(Duration time, ListenerLimit limit, StreamConnection connection) {
        served(connection);
        Entry entry = open.get(connection);
        if (entry != null) {
            entry.timer = connection
                    .getIoThread()
                    .executeAfter(() -> close(connection, limit), time.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void close(StreamConnection connection, ListenerLimit limit) {
        LOG.debugf("Connection with %s is closed: %s", connection.getPeerAddress(), limit.option());
        counts.reached(limit);
        IoUtils.safeClose(connection);
    }
}
