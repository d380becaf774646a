package io.http2duplex.internal.listener;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.undertow.Answer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Protocols;

/**
 * Refuses HTTP/1.1 requests of which it is open where they end (RFC 9112, sections 6.1 and 6.3), and closes their
 * connections. Undertow takes them one way; if a proxy in front takes them another, a client can hide in one request what
 * the server takes for the next, past whatever the proxy checks.
 */
final class StrictFraming implements HttpHandler {
    private final HttpHandler next;

    StrictFraming(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (isClear(exchange)) {
            next.handleRequest(exchange);
            return;
        }
        exchange.setPersistent(false);
        Problem problem =
                Problem.badHeaders("Where the request's body ends is to be told in one way: one content-length,"
                        + " which is a number, or transfer-encoding: chunked.");
        Answer.refuse(exchange, problem);
    }

    private static boolean isClear(HttpServerExchange exchange) {
        HeaderValues codings = exchange.getRequestHeaders().get(Headers.TRANSFER_ENCODING);
        HeaderValues lengths = exchange.getRequestHeaders().get(Headers.CONTENT_LENGTH);
        if (codings == null) {
            return lengths == null || (lengths.size() == 1 && RequestCheck.isNumber(lengths.getFirst()));
        }
        return lengths == null
                && codings.size() == 1
                && codings.getFirst().equalsIgnoreCase("chunked")
                && exchange.getProtocol().equals(Protocols.HTTP_1_1);
    }
}
