package io.http2duplex.undertow.http2;

import io.http2duplex.protocol.Problem;
import io.http2duplex.undertow.Answer;
import io.http2duplex.undertow.HandledExchange;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.SameThreadExecutor;

/**
 * Answers requests whose head is too large. Undertow takes somewhat larger ones than are allowed here: beyond its bound no
 * answer is possible, and it closes the connection.
 */
final class HeadLimit implements HttpHandler {
    /** Undertow's bound, in bytes: of HTTP/2 it cannot be larger. */
    static final int MAX_SIZE = 20_000;

    /** What a field costs beyond its name and value (RFC 9113, section 6.5.2). */
    private static final int FIELD_OVERHEAD = 32;

    private final ConnectionLimits limits;
    private final PortCounts counts;
    private final HttpHandler next;

    HeadLimit(ConnectionLimits limits, PortCounts counts, HttpHandler next) {
        this.limits = limits;
        this.counts = counts;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        HeaderMap headers = exchange.getRequestHeaders();
        int count = 0;
        int size = exchange.getRequestURI().length() + exchange.getQueryString().length();
        for (HeaderValues values : headers) {
            for (String value : values) {
                count++;
                size += values.getHeaderName().length() + value.length() + FIELD_OVERHEAD;
            }
        }
        if (count > limits.maxHeaders()) {
            refuse(exchange, PortLimit.MAX_HEADERS, count + " fields", limits.maxHeaders());
        } else if (size > limits.maxHeaderSize()) {
            refuse(exchange, PortLimit.MAX_HEADER_SIZE, size + " bytes", limits.maxHeaderSize());
        } else {
            next.handleRequest(exchange);
        }
    }

    private void refuse(HttpServerExchange exchange, PortLimit limit, String found, int allowed) {
        counts.reached(limit);
        Problem problem = Problem.headTooLarge(found, allowed, limit.option());
        exchange.dispatch(
                SameThreadExecutor.INSTANCE, () -> new Answer(new HandledExchange(exchange)).problem(problem));
    }
}
