package io.http2duplex.internal.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.DelegateOpenListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http2.Http2ReceiveListener;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;

/** A listener for HTTP/2. */
final class Http2Listener implements DelegateOpenListener {
    private final Http2Buffers buffers;
    private final ListenerLimits limits;
    private final ListenerCounts counts;
    private final Connections open;
    private final UnreadUploads unread;
    private final Set<Http2ServerChannel> connections = ConcurrentHashMap.newKeySet();
    private volatile HttpHandler handler;
    private volatile OptionMap options;
    private volatile boolean draining;

    Http2Listener(
            Http2Buffers buffers,
            OptionMap options,
            ListenerLimits limits,
            ListenerCounts counts,
            Connections open,
            HttpHandler handler) {
        this.buffers = buffers;
        this.options = options;
        this.limits = limits;
        this.counts = counts;
        this.open = open;
        unread = new UnreadUploads(limits.http2().maxUnreadUploads());
        this.handler = handler;
    }

    @Override
    public void handleEvent(StreamConnection connection) {
        handleEvent(connection, null);
    }

    @Override
    public void handleEvent(StreamConnection connection, @Nullable PooledByteBuffer data) {
        open.served(connection); // the channel has its own time limits
        Renegotiation.refuse(connection, counts);
        Http2ServerChannel channel = Http2ServerChannel.over(
                connection,
                open.socket(connection),
                open.source(connection),
                buffers,
                data,
                options,
                limits,
                counts,
                unread.open(open.address(connection)));
        connections.add(channel);
        channel.addCloseTask(connections::remove);
        int bufferSize = buffers.toWrite().getBufferSize();
        HttpHandler next = handler;
        HttpHandler first = exchange -> {
            channel.watchBody(exchange);
            next.handleRequest(exchange);
        };
        channel.getReceiveSetter().set(new Http2ReceiveListener(first, options, bufferSize, null));
        channel.start();
        if (draining) {
            var unused = channel.drain();
        }
    }

    /** {@return how many streams are open} */
    int streams() {
        return connections.stream().mapToInt(Http2ServerChannel::openStreams).sum();
    }

    /**
     * Refuses new streams: each connection ends when none is open.
     *
     * @return completes when each GOAWAY was sent
     */
    CompletableFuture<Void> drain() {
        draining = true;
        return CompletableFuture.allOf(
                connections.stream().map(Http2ServerChannel::drain).toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public void closeConnections() {
        var unused = closeWhenSent();
    }

    /**
     * Closes the connections, each after what counts as sent.
     *
     * @return completes when they are closed
     */
    CompletableFuture<Void> closeWhenSent() {
        return CompletableFuture.allOf(
                connections.stream().map(Http2ServerChannel::closeWhenSent).toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public HttpHandler getRootHandler() {
        return handler;
    }

    @Override
    public void setRootHandler(HttpHandler handler) {
        this.handler = handler;
    }

    @Override
    public OptionMap getUndertowOptions() {
        return options;
    }

    @Override
    public void setUndertowOptions(OptionMap options) {
        this.options = options;
    }

    @Override
    public ByteBufferPool getBufferPool() {
        return buffers.toWrite();
    }

    /** {@return null: there are none} */
    @Override
    public @Nullable ConnectorStatistics getConnectorStatistics() {
        return null;
    }
}
