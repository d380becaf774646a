package io.http2duplex.server;

import io.http2duplex.DuplexStatistics;
import io.http2duplex.internal.options.OptionChecks;
import io.http2duplex.internal.undertow.Json;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A handler that reports in JSON on handlers of duplexes: whether they take new ones, or everything that they count. It is
 * an ordinary Undertow handler, and answers GET and HEAD.
 *
 * <pre>{@code
 * DuplexServer.builder()
 *         .handle("/example", duplexes)
 *         .handle("/health", StatusHandler.health(duplexes))
 *         .handle("/status", authenticated(StatusHandler.statistics(Map.of("example", duplexes))))
 * }</pre>
 *
 * <p>{@link #health} may be open to everybody. {@link #statistics} names no session and no client, but shows how busy the
 * server is and what it refuses, and takes longer the more sessions there are: it belongs behind authentication, or on a
 * port that only operators reach.
 */
public final class StatusHandler implements HttpHandler {
    private record Status(int code, Object body) {}

    private final Supplier<Status> status;
    /** Whether it takes so long that it must not run on an I/O thread. */
    private final boolean slow;

    private StatusHandler(Supplier<Status> status, boolean slow) {
        this.status = status;
        this.slow = slow;
    }

    /**
     * {@return a handler that answers 200 and {@code {"status":"up"}}, and once one of these handlers takes no new duplexes
     * ({@link DuplexHandler#isDraining}) 503 and {@code {"status":"draining"}}} A load balancer that asks for it then
     * sends new clients elsewhere.
     */
    public static StatusHandler health(DuplexHandler... handlers) {
        return health(StatusCodes.SERVICE_UNAVAILABLE, handlers);
    }

    /**
     * {@return a handler as {@link #health(DuplexHandler...)}, with another status while draining} HAProxy takes the
     * sessions that live off a node that answers 503, and leaves them there for 404 with {@code http-check
     * disable-on-404}.
     *
     * @param drainingStatus 400 to 599
     */
    public static StatusHandler health(int drainingStatus, DuplexHandler... handlers) {
        OptionChecks.between(400, 599, drainingStatus, "drainingStatus");
        List<DuplexHandler> all = List.of(handlers);
        return new StatusHandler(
                () -> all.stream().anyMatch(DuplexHandler::isDraining)
                        ? new Status(drainingStatus, Map.of("status", "draining"))
                        : new Status(StatusCodes.OK, Map.of("status", "up")),
                false);
    }

    /**
     * {@return a handler that answers with the {@link DuplexHandler#statistics} of each handler, by the names given here}
     * The members are those of {@link DuplexStatistics}; a duration is in seconds.
     */
    public static StatusHandler statistics(Map<String, DuplexHandler> handlers) {
        Map<String, DuplexHandler> all = Collections.unmodifiableMap(new LinkedHashMap<>(handlers));
        return new StatusHandler(
                () -> {
                    Map<String, DuplexStatistics> statistics = new LinkedHashMap<>();
                    all.forEach((name, handler) -> statistics.put(name, handler.statistics()));
                    return new Status(StatusCodes.OK, statistics);
                },
                true);
    }

    /** Takes one request. Called by Undertow, on any of its threads. */
    @Override
    public void handleRequest(HttpServerExchange exchange) {
        HttpString method = exchange.getRequestMethod();
        if (!method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
            exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD");
            exchange.setStatusCode(StatusCodes.METHOD_NOT_ALLOWED).endExchange();
        } else if (slow && exchange.isInIoThread()) {
            exchange.dispatch(this);
        } else {
            answer(exchange, status.get());
        }
    }

    private static void answer(HttpServerExchange exchange, Status status) {
        exchange.setStatusCode(status.code());
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, "application/json")
                .put(Headers.CACHE_CONTROL, "no-store")
                .put(new HttpString("X-Content-Type-Options"), "nosniff");
        exchange.getResponseSender().send(ByteBuffer.wrap(Json.write(status.body())));
    }
}
