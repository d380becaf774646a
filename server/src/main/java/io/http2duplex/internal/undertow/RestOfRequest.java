package io.http2duplex.internal.undertow;

import io.undertow.server.HttpServerExchange;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/** The rest of a request's body behind its response, which has gone out: nobody wants it. */
final class RestOfRequest {
    private static final Logger LOG = Logger.getLogger(RestOfRequest.class);

    /**
     * How long a reset waits behind a response that a client must get whole: curl 7.88 drops the last bytes if the reset
     * comes with them.
     */
    static final long RESET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private RestOfRequest() {}

    /**
     * Ends the exchange without the rest. Called on its I/O thread.
     *
     * @param request the channel of the request's body if a carrier has it already; null if not
     * @param bodyNanos how long each step of the rest may take, in nanoseconds
     */
    static void drop(HttpServerExchange exchange, @Nullable StreamSourceChannel request, long bodyNanos) {
        if (exchange.isComplete()) {
            return; // what another handler may have buffered of the body was freed
        }
        if (!exchange.isRequestComplete() && BodyDeadline.canReset(exchange)) {
            // The client must not go on sending, nor wait: RST_STREAM, with NO_ERROR behind a whole answer.
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
            return;
        }
        StreamSourceChannel body =
                request != null || exchange.isRequestComplete() ? request : exchange.getRequestChannel();
        if (body == null || exchange.isRequestComplete()) {
            exchange.endExchange();
            return;
        }
        new Drain(exchange, bodyNanos, body, exchange::endExchange, cause -> giveUp(exchange, cause)).start();
    }

    /** The rest can't be had. */
    static void giveUp(HttpServerExchange exchange, Exception cause) {
        LOG.debug("The peer went, or was disconnected, before its request had ended", cause);
        exchange.endExchange();
    }
}
