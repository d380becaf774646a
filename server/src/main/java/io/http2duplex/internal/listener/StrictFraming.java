package io.http2duplex.internal.listener;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.undertow.Answer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Protocols;

/**
 * A handler that refuses HTTP/1.1 requests whose body length is ambiguous (RFC 9112, sections 6.1 and 6.3), and closes
 * their connections. If a proxy and Undertow read such a request differently, a client can hide a second request in its
 * body, past the proxy's checks (request smuggling).
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
                Problem.badHeaders("The length of the request's body is ambiguous. Send either one content-length,"
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
