package io.http2duplex.server;

import io.http2duplex.internal.undertow.FlushingResponses;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/**
 * A handler in front of another, whose responses it flushes after every write. Undertow's reverse proxy does not flush
 * what it passes on: over HTTP/2 a download would reach the browser in pieces of 16 KiB, and a duplex would never open.
 *
 * <pre>{@code
 * new FlushingHandler(Handlers.proxyHandler(new LoadBalancingProxyClient().addHost(backend)))
 * }</pre>
 *
 * <p>The proxy must also allow long requests (its {@code maxRequestTime} must be -1, the default), and as many connections
 * as there are duplexes and POSTs ({@code setConnectionsPerThread}).
 */
public final class FlushingHandler implements HttpHandler {
    private final HttpHandler flushing;

    /** @param next the handler whose responses must go out at once */
    public FlushingHandler(HttpHandler next) {
        flushing = new FlushingResponses(next);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        flushing.handleRequest(exchange);
    }
}
