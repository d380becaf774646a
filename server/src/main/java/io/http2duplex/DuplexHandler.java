package io.http2duplex;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.HeaderNames;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.SessionId;
import io.http2duplex.protocol.dialect1.UploadKind;
import io.http2duplex.protocol.dialect1.UploadRequest;
import io.http2duplex.undertow.Answer;
import io.http2duplex.undertow.DownloadExchange;
import io.http2duplex.undertow.IoThreads;
import io.http2duplex.undertow.UploadExchange;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.HttpContinueAcceptingHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import io.undertow.util.SameThreadExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * Serves duplexes: an Undertow handler that goes wherever a handler goes, on HTTP/2 over TLS, h2c and HTTP/1.1.
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
 * <p>The wire is that of the Node package {@code http2-duplex} 6.x ({@code PROTOCOL.md}). Sessions are looked up in the
 * handler, not on a connection, so that uploads may come over another connection than the download goes.
 */
public final class DuplexHandler implements HttpHandler, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DuplexHandler.class);
    private static final String ALLOW = "GET, POST, OPTIONS";

    private final DuplexCallback callback;
    private final Limits limits;
    private final UserThreads threads;
    private final Sessions sessions = new Sessions();
    private final OpenExchanges exchanges = new OpenExchanges();
    /** Meets an expectation (Expect: 100-continue) when the body is read: what is refused needs not be sent. */
    private final HttpHandler http1Uploads = new HttpContinueReadHandler(this::upload);
    /** Meets it at once: over HTTP/2 Undertow resets the stream of an answer that goes out before that. */
    private final HttpHandler http2Uploads = new HttpContinueAcceptingHandler(this::upload);

    private DuplexHandler(Builder builder) {
        callback = builder.callback;
        threads = builder.executor == null ? UserThreads.standard() : UserThreads.of(builder.executor);
        limits = new Limits(
                builder.uploadBufferSize,
                builder.downloadBufferSize,
                builder.maxChunkSize,
                builder.maxOpenUploads,
                nanos(builder.lingerTimeout),
                nanos(builder.stallTimeout),
                0,
                0,
                Math.max(builder.uploadBufferSize, builder.downloadBufferSize),
                0);
    }

    /** {@return the duration, or some 146 years if it is longer: room to add it to any time} */
    private static long nanos(Duration duration) {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
        return (duration.compareTo(longest) < 0 ? duration : longest).toNanos();
    }

    /**
     * Begins to build a handler.
     *
     * @param callback the application's handler, called for each duplex that a page opens
     */
    public static Builder builder(DuplexCallback callback) {
        return new Builder(callback);
    }

    /** {@return how many sessions live} */
    public int sessions() {
        return sessions.count();
    }

    /** Takes one request. Called by Undertow, on any of its threads. */
    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchanges.opened(exchange);
        // The bounds are the session's: an upload is as long as the client likes, and never held whole.
        if (exchange.isRequestChannelAvailable()) {
            exchange.setMaxEntitySize(-1);
        }
        if (exchange.getRequestMethod().equals(Methods.GET)) {
            dispatch(exchange, () -> open(exchange));
        } else if (exchange.getRequestMethod().equals(Methods.POST)) {
            (isHttp2(exchange) ? http2Uploads : http1Uploads).handleRequest(exchange);
        } else if (exchange.getRequestMethod().equals(Methods.OPTIONS)) {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
            dispatch(exchange, () -> new Answer(exchange).ok());
        } else {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
            refuse(exchange, Problem.methodNotAllowed());
        }
    }

    private void open(HttpServerExchange exchange) {
        if (exchange.getRequestHeaders().contains(HeaderNames.ID)) {
            new Answer(exchange)
                    .problem(Problem.badHeaders("GET opens a new duplex: it carries no " + HeaderNames.ID + "."));
            return;
        }
        if (!exchange.isRequestComplete() && !isHttp2(exchange)) {
            // Behind a body the close of an HTTP/1.1 connection would not be noticed.
            new Answer(exchange).problem(Problem.badHeaders("GET opens a new duplex: it has no body."));
            return;
        }
        XnioIoThread ioThread = exchange.getIoThread();
        SessionDuplex duplex = new SessionDuplex(
                SessionId.next(), new DuplexRequest(exchange), limits, threads, new SessionDuplex.Host() {
                    @Override
                    public Runnable after(long nanos, Runnable task) {
                        return IoThreads.after(ioThread, task, nanos);
                    }

                    @Override
                    public void over(SessionDuplex over) {
                        sessions.remove(over);
                    }
                });
        DownloadExchange download = new DownloadExchange(exchange, duplex.download());
        duplex.setWakeDownload(download::wake);
        if (!sessions.add(duplex)) {
            new Answer(exchange).problem(Problem.shutDown());
            return;
        }
        try {
            threads.execute(() -> call(duplex));
        } catch (RejectedExecutionException e) {
            LOG.warnf(
                    "A duplex was refused: the executor has no thread for its handler (DuplexHandler.Builder.executor)");
            duplex.reset(new Failure(ErrorCode.OVERLOADED, "The executor had no thread for the handler.", e));
            new Answer(exchange).problem(Problem.overloaded());
            return;
        }
        download.start(duplex.id());
    }

    private void call(SessionDuplex duplex) {
        try {
            callback.onDuplex(duplex);
        } catch (Throwable thrown) { // user code: whatever it throws ends this duplex, and only this
            duplex.handlerFailed(thrown);
        }
    }

    private void upload(HttpServerExchange exchange) {
        UploadRequest request = UploadRequest.parse(
                name -> {
                    HeaderValues values = exchange.getRequestHeaders().get(name);
                    return values == null ? List.of() : values;
                },
                limits.maxChunkSize());
        if (request.problem() != null) {
            refuse(exchange, request.problem());
            return;
        }
        SessionDuplex duplex = sessions.get(request.id());
        if (duplex == null) {
            if (request.kind() == UploadKind.DESTROY) {
                dispatch(exchange, () -> new Answer(exchange).ok()); // it is as the page wants it
            } else {
                refuse(exchange, Problem.unknownSession());
            }
            return;
        }
        dispatch(exchange, () -> {
            UploadExchange upload = new UploadExchange(exchange);
            boolean empty = request.contentLength() < 0 && exchange.isRequestComplete();
            upload.start(duplex.openUpload(request.kind(), empty ? 0 : request.contentLength(), upload::wake));
        });
    }

    private static boolean isHttp2(HttpServerExchange exchange) {
        return exchange.getProtocol().equals(Protocols.HTTP_2_0);
    }

    private static void refuse(HttpServerExchange exchange, Problem problem) {
        dispatch(exchange, () -> new Answer(exchange).problem(problem));
    }

    /** Goes on, on the exchange's I/O thread, after this call of the handler chain has returned. */
    private static void dispatch(HttpServerExchange exchange, Runnable task) {
        exchange.dispatch(exchange.isInIoThread() ? SameThreadExecutor.INSTANCE : exchange.getIoThread(), task);
    }

    /**
     * Ends every session and takes no new ones: handlers see the code {@code SHUT_DOWN}, downloads are broken off, open
     * POSTs are answered. New duplexes are refused with 503.
     *
     * @return completes, on the executor, when every answer has gone out: {@code Undertow.stop()} may follow
     */
    public CompletionStage<Void> stop() {
        return stopped().thenRunAsync(() -> {}, threads::executeSurely);
    }

    /** {@return completes, perhaps on an I/O thread, when every answer has gone out} */
    private CompletionStage<Void> stopped() {
        for (SessionDuplex duplex : sessions.close()) {
            duplex.reset(new Failure(ErrorCode.SHUT_DOWN, "The server shut down."));
        }
        threads.close();
        return exchanges.whenNoneIsOpen();
    }

    /**
     * Does what {@link #stop} does, and waits until every answer has gone out, at most {@value
     * OpenExchanges#CLOSE_SECONDS} seconds. It does not wait on an I/O thread.
     */
    @Override
    public void close() {
        CompletionStage<Void> stopped = stopped();
        if (!IoThreads.isIoThread()) {
            exchanges.await(stopped);
        }
    }

    /** What can be chosen. Every option has a default that suits most. Not for use by several threads. */
    public static final class Builder {
        private final DuplexCallback callback;
        private @Nullable Executor executor;
        private int uploadBufferSize = 64 * 1024;
        private int downloadBufferSize = 64 * 1024;
        private long maxChunkSize = 16L * 1024 * 1024;
        private int maxOpenUploads = 16;
        private Duration lingerTimeout = Duration.ofMinutes(2);
        private Duration stallTimeout = Duration.ofMinutes(5);

        private Builder(DuplexCallback callback) {
            this.callback = Objects.requireNonNull(callback, "callback");
        }

        /**
         * What user code runs on: the handler, signals of the Flow faces, completions. A blocking handler keeps a thread
         * for as long as it runs. If the executor refuses, a new duplex is refused with 503, and a live one fails with
         * the code {@code OVERLOADED}.
         *
         * <p>{@code Runnable::run} asks for user code on the server's I/O threads, where it must not block. The
         * executor stays the caller's to shut down.
         *
         * <p>Default: a virtual thread for each task on JDK 21 and newer; on older ones a pool of up to {@value
         * UserThreads#MAX_PLATFORM_THREADS} threads without a queue.
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * How many bytes from the page may wait in a session for the application, before the page's writes are held
         * up. As many again may wait because POSTs overtook an unfinished one. In bytes; default 64 KiB.
         */
        public Builder uploadBufferSize(int bytes) {
            uploadBufferSize = (int) positive(bytes, "uploadBufferSize");
            return this;
        }

        /**
         * How many bytes from the application may wait in a session for the page, before the application's writes are
         * held up. One buffer given to {@link Duplex#send} or {@link Duplex#output} may go beyond it. In bytes; default
         * 64 KiB.
         */
        public Builder downloadBufferSize(int bytes) {
            downloadBufferSize = (int) positive(bytes, "downloadBufferSize");
            return this;
        }

        /**
         * The largest body of one POST, but for a streaming upload, which has no limit. A larger one is refused with
         * 413. In bytes; default 16 MiB.
         */
        public Builder maxChunkSize(long bytes) {
            maxChunkSize = positive(bytes, "maxChunkSize");
            return this;
        }

        /** How many POSTs a session may have open at once; one more is refused with 429. Default 16. */
        public Builder maxOpenUploads(int count) {
            maxOpenUploads = (int) positive(count, "maxOpenUploads");
            return this;
        }

        /**
         * How long a session lives on after the application has ended its side and the download is complete, without
         * an upload from the page: with the download gone, nothing tells whether the page still lives. Then the duplex
         * fails with the code {@code TIMED_OUT}. Default 2 minutes.
         */
        public Builder lingerTimeout(Duration timeout) {
            lingerTimeout = positive(timeout, "lingerTimeout");
            return this;
        }

        /**
         * How long a download may be held up by a page that reads nothing of it. Then the duplex fails with the code
         * {@code TIMED_OUT}. Default 5 minutes; Undertow itself gives up after 10.
         */
        public Builder stallTimeout(Duration timeout) {
            stallTimeout = positive(timeout, "stallTimeout");
            return this;
        }

        /** {@return the handler} */
        public DuplexHandler build() {
            return new DuplexHandler(this);
        }

        private static long positive(long value, String name) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + " is to be 1 or more, not " + value);
            }
            return value;
        }

        private static Duration positive(Duration value, String name) {
            if (value.isZero() || value.isNegative()) {
                throw new IllegalArgumentException(name + " is to be longer than nothing, not " + value);
            }
            return value;
        }
    }
}
