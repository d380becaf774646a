package io.http2duplex.undertow;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.UploadOutcome;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    private final HandledExchange handled;
    private final HttpServerExchange exchange;
    private final @Nullable StreamSourceChannel request;

    /** For an exchange whose request body nobody has begun to read. */
    public Answer(HandledExchange handled) {
        this(handled, null);
    }

    /** @param request the channel of the request's body if someone has it already; null if not */
    Answer(HandledExchange handled, @Nullable StreamSourceChannel request) {
        this.handled = handled;
        exchange = handled.undertow();
        this.request = request;
    }

    /** Answers with a plain 200. Called once, on the exchange's I/O thread. */
    public void ok() {
        send(UploadOutcome.OK);
    }

    /** Answers with 204. Called once, on the exchange's I/O thread. */
    public void noContent() {
        send(UploadOutcome.NO_CONTENT);
    }

    /** Answers with a problem. Called once, on the exchange's I/O thread. */
    public void problem(Problem problem) {
        send(UploadOutcome.refused(problem));
    }

    void send(UploadOutcome outcome) {
        Problem problem = outcome.problem();
        if (problem != null) {
            handled.refused(problem);
        }
        if (exchange.isComplete() || !exchange.isResponseChannelAvailable()) {
            return; // the connection went, or another handler has begun the response
        }
        byte[] body = problem == null ? NO_BODY : JSON.writeValueAsBytes(problem);
        exchange.setStatusCode(outcome.status());
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store").put(TYPE_OPTIONS, "nosniff");
        if (problem != null) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/problem+json");
            if (problem.retryAfter() > 0) {
                exchange.getResponseHeaders().put(Headers.RETRY_AFTER, problem.retryAfter());
            }
        }
        if (outcome.status() != StatusCodes.NO_CONTENT) {
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
            handled.answered();
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
        new Drain(handled, body, exchange::endExchange, this::giveUp).start();
    }

    private void giveUp(Exception cause) {
        LOG.debug("The peer went, or was let go, before its request was over", cause);
        exchange.endExchange();
    }
}
