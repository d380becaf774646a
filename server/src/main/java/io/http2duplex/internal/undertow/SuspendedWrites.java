package io.http2duplex.internal.undertow;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A handler in front of one that sends files. It sees to it that the write listener of a response is called only while it
 * waits to write.
 *
 * <p>When a connection is lost Undertow calls the listener in any case. Its sender has nothing to write while a worker reads
 * the next piece of a file, and throws then: XNIO would log an error with its stack, several times for a request.
 */
public final class SuspendedWrites implements HttpHandler {
    private final HttpHandler next;

    public SuspendedWrites(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchange.addResponseWrapper((factory, same) -> new Guarded(factory.create(), exchange));
        next.handleRequest(exchange);
    }

    private static final class Guarded extends ResponseSink {
        Guarded(StreamSinkConduit next, HttpServerExchange exchange) {
            super(next, exchange);
        }

        @Override
        public void suspendWrites() {
            resumed = false;
            next.suspendWrites();
        }

        @Override
        public void writeReady() {
            if (resumed) {
                handler.writeReady();
            } else {
                next.suspendWrites();
            }
        }
    }
}
