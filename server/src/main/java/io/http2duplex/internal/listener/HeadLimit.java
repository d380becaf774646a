package io.http2duplex.internal.listener;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.undertow.Answer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;

/**
 * A handler that refuses requests whose head is too large. Undertow accepts larger heads than this limit. Beyond
 * Undertow's own bound no answer is possible, and it closes the connection.
 */
public final class HeadLimit implements HttpHandler {
    /** Undertow's bound, in bytes: HTTP/2 allows no larger one. */
    public static final int MAX_SIZE = 20_000;

    /** The overhead of a field (RFC 9113, section 6.5.2). */
    private static final int FIELD_OVERHEAD = 32;

    private final ConnectionLimits limits;
    private final ListenerCounts counts;
    private final HttpHandler next;

    HeadLimit(ConnectionLimits limits, ListenerCounts counts, HttpHandler next) {
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
            refuse(exchange, ListenerLimit.MAX_HEADERS, count + " fields", limits.maxHeaders());
        } else if (size > limits.maxHeaderSize()) {
            refuse(exchange, ListenerLimit.MAX_HEADER_SIZE, size + " bytes", limits.maxHeaderSize());
        } else {
            next.handleRequest(exchange);
        }
    }

    private void refuse(HttpServerExchange exchange, ListenerLimit limit, String found, int allowed) {
        counts.reached(limit);
        Problem problem = Problem.headTooLarge(found, allowed, limit.option());
        Answer.refuse(exchange, problem);
    }
}
