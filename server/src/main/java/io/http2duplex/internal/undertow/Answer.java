package io.http2duplex.internal.undertow;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;

/**
 * An answer to an exchange, with a plain status or a problem, even while the request's body is still coming.
 *
 * <p>The response goes out first; then the rest of the body is read and dropped. Undertow's own {@code endExchange} does
 * it the other way round, so that a streaming upload would never be answered. An answer that fails ends its exchange.
 */
public final class Answer {
    private static final Logger LOG = Logger.getLogger(Answer.class);
    private static final HttpString TYPE_OPTIONS = new HttpString("X-Content-Type-Options");
    private static final String PROBLEM_JSON = "application/problem+json";
    private static final byte[] NO_BODY = {};

    private final HttpServerExchange exchange;
    private final @Nullable StreamSourceChannel request;
    private final long bodyNanos;
    private final Runnable onAnswered;

    /**
     * An answer to that exchange.
     *
     * @param request the channel of the request's body if a carrier has it already; null if not
     * @param bodyNanos how long each step of the rest of the body may take, in nanoseconds
     * @param onAnswered run when the response has gone out
     */
    Answer(HttpServerExchange exchange, @Nullable StreamSourceChannel request, long bodyNanos, Runnable onAnswered) {
        this.exchange = exchange;
        this.request = request;
        this.bodyNanos = bodyNanos;
        this.onAnswered = onAnswered;
    }

    /** Refuses a request that no handler has seen yet. Called on any of Undertow's threads. */
    public static void refuse(HttpServerExchange exchange, Problem problem) {
        Answer answer = new Answer(exchange, null, BodyDeadline.STANDARD_NANOS, () -> {});
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> answer.send(UploadOutcome.refused(problem)));
    }

    /**
     * {@return a handler in front of that one: an answer without a body goes out at once, while the body of its request
     * still comes}
     */
    public static HttpHandler early(HttpHandler next) {
        return exchange -> {
            exchange.addDefaultResponseListener(Answer::endEarly);
            next.handleRequest(exchange);
        };
    }

    /** Called on any of Undertow's threads. {@return whether the exchange is ended here} */
    private static boolean endEarly(HttpServerExchange exchange) {
        if (exchange.isRequestComplete() || exchange.isResponseStarted() || !exchange.isResponseChannelAvailable()) {
            return false;
        }
        Answer answer = new Answer(exchange, null, BodyDeadline.STANDARD_NANOS, () -> {});
        exchange.dispatch(exchange.getIoThread(), answer::sendNothing);
        return true;
    }

    /** {@return an answer in HTTP/1.1 that ends its connection, for a request that Undertow never gets} */
    public static byte[] ofHttp1(Problem problem) {
        byte[] body = Json.write(members(problem));
        byte[] head = ("HTTP/1.1 " + problem.status() + " " + StatusCodes.getReason(problem.status())
                        + "\r\nconnection: close\r\ncontent-type: " + PROBLEM_JSON + "\r\ncontent-length: "
                        + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + body.length)
                .put(head)
                .put(body)
                .array();
    }

    /** Answers. Called once, on the exchange's I/O thread. */
    void send(UploadOutcome outcome) {
        if (exchange.isComplete() || !exchange.isResponseChannelAvailable()) {
            return; // the connection went, or another handler has begun the response
        }
        try {
            Problem problem = outcome.problem();
            if (problem == null) {
                begin(outcome.kind() == UploadOutcome.Kind.TAKEN ? StatusCodes.OK : StatusCodes.NO_CONTENT, NO_BODY);
                return;
            }
            if (problem.retryAfter() > 0) {
                exchange.getResponseHeaders().put(Headers.RETRY_AFTER, problem.retryAfter());
            }
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, PROBLEM_JSON);
            begin(problem.status(), Json.write(members(problem)));
        } catch (RuntimeException | Error e) {
            fail(exchange, e);
        }
    }

    private void sendNothing() {
        if (!exchange.isComplete() && exchange.isResponseChannelAvailable()) {
            try {
                write(NO_BODY);
            } catch (RuntimeException | Error e) {
                fail(exchange, e);
            }
        }
    }

    /** Ends an exchange whose handling has failed: with 500 if that can still be said, else with its connection. */
    static void fail(HttpServerExchange exchange, Throwable failure) {
        LOG.error("A request could not be answered", failure);
        try {
            if (!exchange.isComplete() && exchange.isResponseChannelAvailable()) {
                exchange.getResponseHeaders().remove(Headers.CONTENT_TYPE);
                new Answer(exchange, null, BodyDeadline.STANDARD_NANOS, () -> {})
                        .begin(StatusCodes.INTERNAL_SERVER_ERROR, NO_BODY);
                return;
            }
        } catch (RuntimeException | Error e) {
            LOG.debug("Nor with 500", e);
        }
        IoUtils.safeClose(exchange.getConnection());
        exchange.endExchange();
    }

    /** What of a problem stands in the body. */
    private static Map<String, @Nullable Object> members(Problem problem) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("type", problem.type());
        members.put("title", problem.title());
        members.put("status", problem.status());
        members.put("detail", problem.detail());
        members.put("number", problem.number());
        members.put("reason", problem.reason());
        return members;
    }

    private void begin(int status, byte[] body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store").put(TYPE_OPTIONS, "nosniff");
        write(body);
    }

    private void write(byte[] body) {
        if (exchange.getStatusCode() != StatusCodes.NO_CONTENT) {
            exchange.setResponseContentLength(body.length);
        }
        StreamSinkChannel response = exchange.getResponseChannel();
        if (response == null) {
            exchange.endExchange();
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(body);
        response.getWriteSetter().set(ignored -> write(response, bytes));
        write(response, bytes);
    }

    private void write(StreamSinkChannel response, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                if (response.write(bytes) == 0) {
                    response.resumeWrites();
                    return;
                }
            }
            response.shutdownWrites();
            if (!isFlushed(response)) {
                response.resumeWrites();
                return;
            }
            response.suspendWrites();
            onAnswered.run();
            RestOfRequest.drop(exchange, request, bodyNanos);
        } catch (IOException
                | RuntimeException e) { // such as: the I/O thread of a server that stops takes no more timers
            RestOfRequest.giveUp(exchange, e);
        }
    }

    /** Undertow reports success too when flow control has let the frame out only in part: the next flush tells. */
    private boolean isFlushed(StreamSinkChannel response) throws IOException {
        return response.flush() && (exchange.isResponseComplete() || response.flush());
    }
}
