package io.http2duplex.internal.listener;

import io.http2duplex.internal.options.OptionChecks;
import io.http2duplex.internal.undertow.IoThreads;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/**
 * A registry of the connections of a port. It admits connections up to the limits, and closes others at once: a client
 * that was kept waiting would not know why. Each phase before the first request has a time limit.
 */
final class Connections {
    private static final Logger LOG = Logger.getLogger(Connections.class);

    private static final class Entry {
        /** The address that it counts for; null if exempt. */
        final @Nullable InetAddress address;

        final CorkedSink socket;
        /** The source at its socket; null if it is no TLS. */
        final @Nullable SocketSource source;
        /** Closes the connection when its phase times out. Set on its I/O thread. */
        XnioExecutor.@Nullable Key timer;

        Entry(@Nullable InetAddress address, CorkedSink socket, @Nullable SocketSource source) {
            this.address = address;
            this.socket = socket;
            this.source = source;
        }
    }

    private final ConnectionLimits limits;
    private final ListenerCounts counts;
    private final ConnectionCount count;
    private final Map<StreamConnection, Entry> open = new ConcurrentHashMap<>();

    Connections(ConnectionLimits limits, ListenerCounts counts) {
        this.limits = limits;
        this.counts = counts;
        count = new ConnectionCount(limits);
    }

    /** {@return how many are open} */
    int count() {
        return count.all();
    }

    /**
     * {@return a listener for TLS} The next must call {@link #begin} when the protocol is known.
     *
     * @param tls puts TLS over a connection
     */
    ChannelListener<StreamConnection> securing(
            UnaryOperator<StreamConnection> tls, ChannelListener<? super StreamConnection> next) {
        return plain -> {
            CorkedSink socket = CorkedSink.below(plain);
            SocketSource source = SocketSource.below(plain);
            StreamConnection connection;
            try {
                connection = tls.apply(plain);
            } catch (RuntimeException e) { // its client may be gone, so that it has no address
                LOG.debugf(e, "No TLS with %s", plain);
                IoUtils.safeClose(plain);
                return;
            } catch (Error e) { // of a provider that can't be used; it is logged
                IoUtils.safeClose(plain);
                throw e;
            }
            if (admit(connection, socket, source)) {
                within(limits.handshakeTimeout(), ListenerLimit.HANDSHAKE_TIMEOUT, connection);
                next.handleEvent(connection);
            }
        };
    }

    /** {@return a listener for clear text} */
    ChannelListener<StreamConnection> clear(ChannelListener<? super StreamConnection> next) {
        return connection -> {
            if (admit(connection, CorkedSink.below(connection), null)) {
                next.handleEvent(connection);
            }
        };
    }

    /** Starts the time for the first request: the protocol is known. */
    void begin(StreamConnection connection) {
        within(limits.firstRequestTimeout(), ListenerLimit.FIRST_REQUEST_TIMEOUT, connection);
    }

    /** {@return the sink at its socket} */
    CorkedSink socket(StreamConnection connection) {
        Entry entry = open.get(connection);
        return entry == null ? CorkedSink.below(connection) : entry.socket; // closed: nothing goes out any more
    }

    /** {@return the source at its socket; null if it is no TLS, or closed} */
    @Nullable
    SocketSource source(StreamConnection connection) {
        Entry entry = open.get(connection);
        return entry == null ? null : entry.source;
    }

    /** {@return the address that it counts for; null if it is exempt, or closed} */
    @Nullable
    InetAddress address(StreamConnection connection) {
        Entry entry = open.get(connection);
        return entry == null ? null : entry.address;
    }

    /** Ends the time limit: the first request has come, or the channel has its own limits. */
    void served(StreamConnection connection) {
        Entry entry = open.get(connection);
        if (entry != null && entry.timer != null) {
            entry.timer.remove();
            entry.timer = null;
        }
    }

    /** Adds its close listener again, after another was set in its place. */
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
     * Closes the connection with that peer, if there is one, after what its I/O thread is sending now: {@link
     * CoalescingSink} sends that two tasks later.
     */
    void disconnect(SocketAddress peer) {
        for (StreamConnection connection : open.keySet()) {
            if (peer.equals(connection.getPeerAddress())) {
                Executor turnEnd = task -> IoThreads.execute(connection.getIoThread(), task, stopped -> task.run());
                turnEnd.execute(() -> turnEnd.execute(() -> turnEnd.execute(() -> IoUtils.safeClose(connection))));
                return;
            }
        }
    }

    private boolean admit(StreamConnection connection, CorkedSink socket, @Nullable SocketSource source) {
        InetAddress address = limits.network(connection.getPeerAddress(InetSocketAddress.class));
        ListenerLimit reached = count.add(address);
        if (reached != null) {
            close(connection, reached);
            return false;
        }
        counts.accepted();
        open.put(connection, new Entry(address, socket, source));
        connection.setCloseListener(this::closed);
        return true;
    }

    private void closed(StreamConnection connection) {
        served(connection);
        Entry entry = open.remove(connection);
        if (entry != null) {
            count.remove(entry.address);
        }
    }

    private void within(Duration time, ListenerLimit limit, StreamConnection connection) {
        served(connection);
        Entry entry = open.get(connection);
        if (entry != null) {
            entry.timer = connection
                    .getIoThread()
                    .executeAfter(() -> close(connection, limit), OptionChecks.nanos(time), TimeUnit.NANOSECONDS);
        }
    }

    private void close(StreamConnection connection, ListenerLimit limit) {
        LOG.debugf("Connection with %s is closed: %s", connection.getPeerAddress(), limit.option());
        counts.reached(limit);
        IoUtils.safeClose(connection);
    }
}
