package io.http2duplex.undertow;

import io.http2duplex.protocol.Problem;
import io.undertow.server.HttpServerExchange;

/**
 * An exchange, and what its handler wants to know of it. It is handed on from one to the next: an attachment of Undertow's
 * would cost every open download a map.
 */
public class HandledExchange {
    private final HttpServerExchange exchange;

    /** One whose handler wants to know nothing. */
    public HandledExchange(HttpServerExchange exchange) {
        this.exchange = exchange;
    }

    /** {@return Undertow's} */
    public final HttpServerExchange undertow() {
        return exchange;
    }

    /** {@return how long each step of its body may take ({@link BodyWatch}), in nanoseconds} */
    public long bodyNanos() {
        return BodyWatch.STANDARD_NANOS;
    }

    /** It is refused. Called on its I/O thread. */
    public void refused(Problem problem) {
        // nobody is told
    }

    /**
     * Its response has gone out, or never will, while the rest of its body may still be coming. Called on any thread,
     * perhaps more than once.
     */
    public void answered() {
        // nobody waits for it
    }
}
