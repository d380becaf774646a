package io.http2duplex.internal.undertow;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers an exchange with a plain status or a problem, even while the request's body is still coming.
 *
 * <p>The response goes out first; then the rest of the body is read and dropped. Undertow's own {@code endExchange} has
 * it the other way round, so that a streaming upload would never be answered.
 */
public final class Answer {
    private static final Logger LOG = Logger.getLogger(Answer.class);
    private static final JsonMapper JSON = JsonMapper.builder()
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .addMixIn(Problem.class, Body.class)
            .build();
    private static final HttpString TYPE_OPTIONS = new HttpString("X-Content-Type-Options");
    private static final byte[] NO_BODY = {};
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    /** What of a problem stands in the body. */
    @JsonIgnoreProperties("retryAfter")
    private interface Body {}

    private final HttpServerExchange exchange;
    private final @Nullable StreamSourceChannel request;
    private final long bodyNanos;
    private final Runnable onAnswered;

    /**
     * An answer to that exchange.
     *
     * @param request the channel of the request's body if someone has it already; null if not
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

    private static int status(UploadOutcome outcome) {
        return switch (outcome.kind()) {
            case TAKEN -> StatusCodes.OK;
            case PROCESSED -> StatusCodes.NO_CONTENT;
            case REFUSED -> Objects.requireNonNull(outcome.problem()).status();
        };
    }

    /** Answers. Called once, on the exchange's I/O thread. */
    void send(UploadOutcome outcome) {
        Problem problem = outcome.problem();
        if (exchange.isComplete() || !exchange.isResponseChannelAvailable()) {
            return; // the connection went, or another handler has begun the response
        }
        byte[] body = problem == null ? NO_BODY : JSON.writeValueAsBytes(problem);
        int status = status(outcome);
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store").put(TYPE_OPTIONS, "nosniff");
        if (problem != null) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/problem+json");
            if (problem.retryAfter() > 0) {
                exchange.getResponseHeaders().put(Headers.RETRY_AFTER, problem.retryAfter());
            }
        }
        if (status != StatusCodes.NO_CONTENT) {
            exchange.setResponseContentLength(body.length);
        }
        StreamSinkChannel response = exchange.getResponseChannel();
        if (response == null) {
            exchange.endExchange();
            return;
        }
        ByteBuffer bytes = body.length == 0 ? EMPTY : ByteBuffer.wrap(body);
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
            if (!response.flush()) {
                response.resumeWrites();
                return;
            }
            response.suspendWrites();
            onAnswered.run();
            drain();
        } catch (IOException | RejectedExecutionException e) { // the latter: the I/O thread takes no more timers
            giveUp(e);
        }
    }

    private void drain() {
        if (exchange.isComplete()) {
            return; // what another handler may have buffered of the body is already freed
        }
        StreamSourceChannel body =
                request != null || exchange.isRequestComplete() ? request : exchange.getRequestChannel();
        if (body == null || exchange.isRequestComplete()) {
            exchange.endExchange();
            return;
        }
        new Drain(exchange, bodyNanos, body, exchange::endExchange, this::giveUp).start();
    }

    private void giveUp(Exception cause) {
        LOG.debug("The peer went, or was disconnected, before its request had ended", cause);
        exchange.endExchange();
    }
}
