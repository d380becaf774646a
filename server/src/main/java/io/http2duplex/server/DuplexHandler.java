package io.http2duplex.server;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexEndpoint;
import io.http2duplex.DuplexOptions;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.handler.Endpoint;
import io.http2duplex.internal.undertow.EntityLimit;
import io.http2duplex.internal.undertow.IoThreads;
import io.http2duplex.internal.undertow.UndertowExchange;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.HttpContinueAcceptingHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import io.undertow.util.SameThreadExecutor;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * A handler of Undertow that serves duplexes, wherever a handler can stand: on HTTP/2 over TLS, h2c and HTTP/1.1.
 *
 * <pre>{@code
 * DuplexHandler duplexes = DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output())) // an echo
 *         .build();
 * Undertow.builder()
 *         .addHttpsListener(7000, "localhost", sslContext)
 *         .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
 *         .setHandler(Handlers.path().addExactPath("/example", duplexes))
 *         .build()
 *         .start();
 * }</pre>
 *
 * <p>All methods may be called on any thread.
 */
public final class DuplexHandler implements DuplexEndpoint, HttpHandler, AutoCloseable {
    private final Endpoint endpoint;

    private DuplexHandler(Builder builder) {
        endpoint = new Endpoint(builder.callback, builder, IoThreads::isIoThread);
    }

    /**
     * Begins to build a handler.
     *
     * @param callback the application's handler, called for each duplex that a page opens
     */
    public static Builder builder(DuplexCallback callback) {
        return new Builder(callback);
    }

    @Override
    public int sessions() {
        return endpoint.sessions();
    }

    @Override
    public long memoryUsed() {
        return endpoint.memoryUsed();
    }

    @Override
    public DuplexStatistics statistics() {
        return endpoint.statistics();
    }

    /** Takes one request. Called by Undertow, on any of its threads. */
    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        // The session bounds it: an upload may have any length, and is never held whole.
        if (exchange.isRequestChannelAvailable()) {
            exchange.setMaxEntitySize(EntityLimit.LIFTED);
        }
        UndertowExchange counted = UndertowExchange.counted(exchange, endpoint);
        HttpHandler handle = same -> dispatch(same, () -> counted.run(() -> endpoint.handle(counted)));
        HttpString method = exchange.getRequestMethod();
        if (method.equals(Methods.POST) || method.equals(Methods.PUT)) {
            continuing(exchange, handle).handleRequest(exchange);
        } else {
            handle.handleRequest(exchange);
        }
    }

    /** {@return meets an expectation (Expect: 100-continue) before the next handler} */
    private static HttpHandler continuing(HttpServerExchange exchange, HttpHandler next) {
        return exchange.getProtocol().equals(Protocols.HTTP_2_0)
                // At once: Undertow resets the stream of an answer that goes out before that.
                ? new HttpContinueAcceptingHandler(next)
                // When the body is read: the body of a refused request need not be sent.
                : new HttpContinueReadHandler(next);
    }

    /** Goes on, on the exchange's I/O thread, after this call of the handler chain has returned. */
    private static void dispatch(HttpServerExchange exchange, Runnable task) {
        exchange.dispatch(exchange.isInIoThread() ? SameThreadExecutor.INSTANCE : exchange.getIoThread(), task);
    }

    /**
     * Checks {@linkplain Builder#allowedOrigins origins}, as this handler does, in front of other handlers that refuse
     * requests, such as Undertow's security handlers. A browser asks without credentials whether a page of another
     * origin may send a request, and the page can read a refusal only if that names its origin.
     *
     * @param next a handler that stands in front of this one
     * @return a handler that stands in front of both
     */
    public HttpHandler checkingOrigins(HttpHandler next) {
        return exchange -> {
            UndertowExchange passing = UndertowExchange.passing(exchange, endpoint);
            UploadOutcome early = endpoint.checkOrigin(passing);
            if (early == null) {
                next.handleRequest(exchange);
            } else {
                dispatch(exchange, () -> passing.run(() -> endpoint.answer(passing, early)));
            }
        };
    }

    /** {@inheritDoc} {@link #stop} or {@link #close} must follow. */
    @Override
    public CompletionStage<Void> drain() {
        return endpoint.drain();
    }

    @Override
    public boolean isDraining() {
        return endpoint.isDraining();
    }

    /** {@inheritDoc} {@code Undertow.stop()} may follow. */
    @Override
    public CompletionStage<Void> stop() {
        return endpoint.stop();
    }

    /**
     * Does what {@link #stop} does, and waits until every answer has gone out, at most 5 seconds. It does not wait on an
     * I/O thread.
     */
    @Override
    public void close() {
        endpoint.close();
    }

    /** A builder of handlers, with the options of an endpoint. Not for use by several threads. */
    public static final class Builder extends DuplexOptions<Builder> {
        private final DuplexCallback callback;

        private Builder(DuplexCallback callback) {
            this.callback = Objects.requireNonNull(callback, "callback");
        }

        @Override
        protected Builder self() {
            return this;
        }

        /** {@return the handler} */
        public DuplexHandler build() {
            return new DuplexHandler(this);
        }
    }
}
