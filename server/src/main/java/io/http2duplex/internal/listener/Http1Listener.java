package io.http2duplex.internal.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.DelegateOpenListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http.HttpServerConnection;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;

/** A listener for HTTP/1.1: Undertow's, behind strict framing, with a time limit for the first request. */
final class Http1Listener implements DelegateOpenListener {
    private final HttpOpenListener undertow;
    private final Connections connections;
    private final ListenerCounts counts;

    Http1Listener(
            ByteBufferPool pool,
            OptionMap options,
            Connections connections,
            ListenerCounts counts,
            HttpHandler handler) {
        undertow = new HttpOpenListener(pool, options);
        this.connections = connections;
        this.counts = counts;
        setRootHandler(handler);
    }

    @Override
    public void handleEvent(StreamConnection connection) {
        handleEvent(connection, null);
    }

    @Override
    public void handleEvent(StreamConnection connection, @Nullable PooledByteBuffer data) {
        connections.begin(connection);
        Renegotiation.refuse(connection, counts);
        Http1Source.over(connection, data);
        undertow.handleEvent(connection, null);
        connections.watchClose(connection);
    }

    @Override
    public void setRootHandler(HttpHandler handler) {
        undertow.setRootHandler(exchange -> {
            if (exchange.getConnection() instanceof HttpServerConnection connection) {
                connections.served(connection.getChannel());
                Http1Source.serve(connection, exchange);
            }
            handler.handleRequest(exchange);
        });
    }

    @Override
    public HttpHandler getRootHandler() {
        return undertow.getRootHandler();
    }

    @Override
    public OptionMap getUndertowOptions() {
        return undertow.getUndertowOptions();
    }

    @Override
    public void setUndertowOptions(OptionMap options) {
        undertow.setUndertowOptions(options);
    }

    @Override
    public ByteBufferPool getBufferPool() {
        return undertow.getBufferPool();
    }

    @Override
    public @Nullable ConnectorStatistics getConnectorStatistics() {
        return undertow.getConnectorStatistics();
    }

    @Override
    public void closeConnections() {
        undertow.closeConnections();
    }
}
