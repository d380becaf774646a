package io.http2duplex;

import static io.http2duplex.Options.nanos;
import static io.http2duplex.Options.positive;
import static io.http2duplex.Options.zeroOrMore;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.dialect2.MemoryBudget;
import io.http2duplex.protocol.dialect2.ResumableSession;
import io.http2duplex.undertow.BodyWatch;
import io.http2duplex.undertow.IoThreads;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
 * <p>The wire ({@code docs/protocol.md}) has two dialects, of which the client chooses: that of the Node package
 * {@code http2-duplex} 6.x, and dialect 2, whose duplexes survive the loss of their connections. Sessions are looked up
 * in the handler, not on a connection, so that uploads may come over another connection than the download goes.
 */
public final class DuplexHandler implements HttpHandler, AutoCloseable {
    private final UserThreads threads;
    private final MemoryBudget budget;
    private final Monitoring monitoring = new Monitoring();
    private final PlainDialect dialect1;
    private final ResumableDialect dialect2;
    private final OpenExchanges exchanges;
    private final Requests requests;

    private DuplexHandler(Builder builder) {
        threads = builder.executor == null ? UserThreads.standard() : UserThreads.of(builder.executor);
        budget = new MemoryBudget(builder.memoryBudget);
        Limits limits = new Limits(
                builder.uploadBufferSize,
                builder.downloadBufferSize,
                builder.maxChunkSize,
                builder.maxOpenUploads,
                nanos(builder.lingerTimeout),
                nanos(builder.stallTimeout),
                nanos(builder.resumeTimeout),
                nanos(builder.heartbeat),
                Math.max(builder.maxWindow, Math.max(builder.uploadBufferSize, builder.downloadBufferSize)),
                nanos(builder.maxDownloadLife));
        exchanges = new OpenExchanges(monitoring.counts, nanos(builder.bodyTimeout));
        Application application = new Application(
                builder.callback,
                threads,
                builder.observer,
                monitoring,
                nanos(builder.idleTimeout),
                nanos(builder.maxLife));
        Gate gate = new Gate(builder.authorizer, threads, nanos(builder.authorizeTimeout), monitoring);
        dialect1 = new PlainDialect(application, gate, limits);
        dialect2 = new ResumableDialect(
                application, gate, limits, budget, new Outcomes(limits.resumeNanos(), System::nanoTime, After.TIMER));
        Origins origins = new Origins(builder.allowedOrigins, builder.allowedHeaders, builder.allowCredentials);
        requests = new Requests(dialect1, dialect2, origins, new Admission(builder.openingLimits), gate);
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
        return dialect1.sessions.count() + dialect2.sessions.count();
    }

    /** {@return how many bytes of the {@linkplain Builder#memoryBudget memory budget} are used now} */
    public long memoryUsed() {
        return budget.reserved();
    }

    /**
     * {@return what the handler is doing now, and has done} It looks at one session after the other, which takes some
     * milliseconds for 10,000. May be called on any thread.
     */
    public DuplexStatistics statistics() {
        return monitoring.counts.statistics(dialect1.sessions, dialect2.sessions, budget);
    }

    /** Takes one request. Called by Undertow, on any of its threads. */
    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        requests.handle(exchanges.opened(exchange));
    }

    /**
     * For handlers in front of this one that refuse requests, such as Undertow's security handlers: a browser asks
     * without credentials whether a page of another origin may send a request, and the page can read a refusal only if
     * that names its origin.
     *
     * @param next what stands in front of this handler
     * @return checks {@linkplain Builder#allowedOrigins origins} as this handler does, before the next one; goes in
     *     front of it
     */
    public HttpHandler checkingOrigins(HttpHandler next) {
        return exchange -> requests.checkOrigin(exchanges.passing(exchange), next);
    }

    /**
     * Takes no new duplexes, which are refused with 503, and tells those that live that the server is going to shut down:
     * their applications ({@link Duplex#draining}), and in dialect 2 their pages. They go on until they end, over new
     * connections too. Draining twice does no harm; {@link #stop} or {@link #close} is to follow.
     *
     * @return completes, on the executor, when none is left
     */
    public CompletionStage<Void> drain() {
        dialect1.sessions.drain().forEach(SessionDuplex::drain);
        dialect2.sessions.drain().forEach(duplex -> {
            duplex.drain();
            duplex.session().act(ResumableSession::drain);
        });
        return CompletableFuture.allOf(
                        dialect1.sessions.drained().toCompletableFuture(),
                        dialect2.sessions.drained().toCompletableFuture())
                .thenRunAsync(() -> {}, threads::executeSurely);
    }

    /** {@return whether it takes no new duplexes: it {@linkplain #drain drains}, or was stopped} */
    public boolean isDraining() {
        return dialect2.sessions.isDraining();
    }

    /**
     * Ends every session and takes no new ones: both sides see the code {@code SHUT_DOWN} (in dialect 1 a page sees a
     * download that was broken off), open POSTs are answered. New duplexes are refused with 503.
     *
     * @return completes, on the executor, when every answer has gone out: {@code Undertow.stop()} may follow
     */
    public CompletionStage<Void> stop() {
        return stopped().thenRunAsync(() -> {}, threads::executeSurely);
    }

    /** {@return completes, perhaps on an I/O thread, when every answer has gone out} */
    private CompletionStage<Void> stopped() {
        Failure shutDown = new Failure(ErrorCode.SHUT_DOWN, "The server shut down.");
        dialect1.sessions.drain().forEach(duplex -> duplex.reset(shutDown));
        dialect2.sessions.drain().forEach(duplex -> duplex.reset(shutDown));
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
        private Duration bodyTimeout = Duration.ofNanos(BodyWatch.STANDARD_NANOS);
        private Duration resumeTimeout = Duration.ofSeconds(30);
        private Duration heartbeat = Duration.ofSeconds(15);
        private int maxWindow = 16 * 1024 * 1024;
        private long memoryBudget = Runtime.getRuntime().maxMemory() / 4;
        private Duration maxDownloadLife = Duration.ofMinutes(10);
        private @Nullable DuplexObserver observer;
        private Duration idleTimeout = Duration.ZERO;
        private Duration maxLife = Duration.ZERO;
        private @Nullable Authorizer authorizer;
        private Duration authorizeTimeout = Duration.ofSeconds(10);
        private Set<String> allowedOrigins = Set.of();
        private Set<String> allowedHeaders = Set.of("authorization");
        private boolean allowCredentials;
        private final Map<Limit, Integer> openingLimits = new EnumMap<>(Limit.class);

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
         * up. In dialect 1 as many again may wait because POSTs overtook an unfinished one; in dialect 2 it is what the
         * window begins with, and grows from ({@link #maxWindow}). In bytes; default 64 KiB.
         */
        public Builder uploadBufferSize(int bytes) {
            uploadBufferSize = positive(bytes, "uploadBufferSize");
            return this;
        }

        /**
         * How many bytes from the application may wait in a session for the page, before the application's writes are
         * held up. One buffer given to {@link Duplex#send} or {@link Duplex#output} may go beyond it. In dialect 2 it
         * holds what the page has not confirmed too, and grows ({@link #maxWindow}). In bytes; default 64 KiB.
         */
        public Builder downloadBufferSize(int bytes) {
            downloadBufferSize = positive(bytes, "downloadBufferSize");
            return this;
        }

        /**
         * Dialect 1: the largest body of one POST, but for a streaming upload, which has no limit. A larger one is
         * refused with 413. In bytes; default 16 MiB.
         */
        public Builder maxChunkSize(long bytes) {
            maxChunkSize = positive(bytes, "maxChunkSize");
            return this;
        }

        /** How many POSTs a session may have open at once; one more is refused with 429. Default 16. */
        public Builder maxOpenUploads(int count) {
            maxOpenUploads = positive(count, "maxOpenUploads");
            return this;
        }

        /**
         * Dialect 1: how long a session lives on after the application has ended its side and the download is complete,
         * without an upload from the page: with the download gone, nothing tells whether the page still lives. Then the duplex
         * fails with the code {@code TIMED_OUT}. Default 2 minutes.
         */
        public Builder lingerTimeout(Duration timeout) {
            lingerTimeout = positive(timeout, "lingerTimeout");
            return this;
        }

        /**
         * How long a download may be held up by a page that reads nothing of it. Then the duplex fails with the code
         * {@code TIMED_OUT}; in dialect 2 it is detached, and may be resumed. Default 5 minutes; Undertow itself gives
         * up after 10.
         */
        public Builder stallTimeout(Duration timeout) {
            stallTimeout = positive(timeout, "stallTimeout");
            return this;
        }

        /**
         * How long it may take until another 16 KiB of a POST's body have come, or its end, while the application reads:
         * time in which it does not read does not count. Then the POST is refused with 408, and what else comes of it is
         * dropped, for as long at most. In dialect 1 the duplex fails with the code {@code UPLOAD_CUT}, as with any POST
         * that was cut; in dialect 2 it goes on, and the page sends the rest again. Streaming uploads may be silent: those
         * whose length is not announced, but for chunks of dialect 1.
         *
         * <p>Over HTTP/2 it needs a {@link DuplexServer}: with a listener of Undertow's own nothing bounds this time.
         * Default 30 seconds.
         */
        public Builder bodyTimeout(Duration timeout) {
            bodyTimeout = positive(timeout, "bodyTimeout");
            return this;
        }

        /**
         * Dialect 2: how long a duplex that has lost its connection waits for the page to resume it. Then it fails with
         * the code {@code CONNECTION_LOST}. For as long it is remembered how a duplex ended, of the last {@value
         * Outcomes#MAX} ones, so that a page that was away learns of it. Zero turns resuming off: a connection that is
         * lost fails its duplexes at once. Default 30 seconds.
         */
        public Builder resumeTimeout(Duration timeout) {
            resumeTimeout = zeroOrMore(timeout, "resumeTimeout");
            return this;
        }

        /**
         * Dialect 2: how long a download is silent before the page is asked for a sign of life. When none comes for as
         * long again, the duplex is detached. It is to be shorter than the idle timeouts of proxies on the way, of which
         * 60 seconds are usual. Zero: a page that has silently gone is noticed only when TCP gives up. Default 15 seconds.
         */
        public Builder heartbeat(Duration interval) {
            heartbeat = zeroOrMore(interval, "heartbeat");
            return this;
        }

        /**
         * Dialect 2: up to which size the buffers of a session grow with use, each of the two directions, as long as
         * the {@link #memoryBudget} allows it. If it is less than {@link #uploadBufferSize} or {@link
         * #downloadBufferSize}, those don't grow. In bytes; default 16 MiB.
         */
        public Builder maxWindow(int bytes) {
            maxWindow = positive(bytes, "maxWindow");
            return this;
        }

        /**
         * Dialect 2: how much memory the buffers of all sessions together may take beyond the sizes that they begin
         * with. When it is used up, they no longer grow. In bytes; default a quarter of the heap's largest size.
         */
        public Builder memoryBudget(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("memoryBudget is to be 0 or more, not " + bytes);
            }
            memoryBudget = bytes;
            return this;
        }

        /**
         * Dialect 2: after how long the page is asked to open another download in the place of the one it has, before a
         * proxy's time limit cuts that. Zero: never. Default 10 minutes.
         */
        public Builder maxDownloadLife(Duration life) {
            maxDownloadLife = zeroOrMore(life, "maxDownloadLife");
            return this;
        }

        /**
         * Who decides which requests may open duplexes, and in whose name: called on the {@link #executor}, for a request
         * that the limits allow. A duplex that has an account takes uploads, and is resumed, by requests of the same
         * account alone: the authorizer is asked about each of them. So it should be quick to answer again; whether
         * a token has expired meanwhile it may overlook for these. Other requests are refused with 403.
         *
         * <p>Default: all may, and the account is whom Undertow's security handlers in front have authenticated, if any.
         */
        public Builder authorize(Authorizer authorizer) {
            this.authorizer = Objects.requireNonNull(authorizer, "authorizer");
            return this;
        }

        /** How long the authorizer may take, before the request is refused with 503. Default 10 seconds. */
        public Builder authorizeTimeout(Duration timeout) {
            authorizeTimeout = positive(timeout, "authorizeTimeout");
            return this;
        }

        /**
         * The other origins whose pages may use this handler, besides the server's own, such as {@code
         * https://app.example.com}: exactly as browsers write them. Requests of all other pages are refused with 403;
         * those that no page has made carry no Origin, and are taken. Whether a page is of the server's own origin its
         * browser tells ({@code Sec-Fetch-Site}); where it does not, as over clear text, the scheme and host of the
         * request decide: behind a proxy Undertow is then to heed what that says of them.
         *
         * <p>There is no way to allow any origin: a page could then open duplexes with the rights of whoever looks at it.
         * Default: none.
         *
         * @throws IllegalArgumentException if that is no origin
         */
        public Builder allowedOrigins(String... origins) {
            allowedOrigins = Stream.of(origins).map(Origins::checkedOrigin).collect(Collectors.toUnmodifiableSet());
            return this;
        }

        /**
         * Which header fields pages of {@link #allowedOrigins} may send besides {@code content-type} and those of the
         * protocol: those that the client's option {@code headers} gives. Default: {@code authorization}.
         *
         * @throws IllegalArgumentException if that is no name of a field
         */
        public Builder allowedHeaders(String... names) {
            allowedHeaders = Stream.of(names).map(Origins::checkedHeader).collect(Collectors.toUnmodifiableSet());
            return this;
        }

        /**
         * Whether pages of {@link #allowedOrigins} may send cookies (the client's option {@code credentials:
         * 'include'}). Default: not.
         */
        public Builder allowCredentials(boolean allow) {
            allowCredentials = allow;
            return this;
        }

        /**
         * How many sessions there may be, detached ones among them. One more is refused with 503. Each may take up to
         * {@link #uploadBufferSize} and {@link #downloadBufferSize} of memory, besides the {@link #memoryBudget}.
         * Default 10,000: with the default buffers at most 1.3 GB, if every client tries to use them up.
         */
        public Builder maxSessions(int count) {
            return limit(Limit.SESSIONS, count);
        }

        /**
         * How many sessions that live may have been opened over one connection. One more is refused with 429. Default
         * 100: about as many streams as browsers open on a connection of HTTP/2. Behind a proxy that brings the
         * requests of all clients over a few connections it has to be as high as {@link #maxSessions}.
         */
        public Builder maxSessionsPerConnection(int count) {
            return limit(Limit.SESSIONS_PER_CONNECTION, count);
        }

        /**
         * How many sessions that live may have been opened from one address, of IPv6 from one network of 64 bits. One
         * more is refused with 429. Default 1,000: behind one address of IPv4 there may be all the people of a company.
         * Behind a proxy it counts the proxy's address, unless Undertow is told to heed what the proxy says
         * ({@code Handlers.proxyPeerAddress}).
         */
        public Builder maxSessionsPerAddress(int count) {
            return limit(Limit.SESSIONS_PER_ADDRESS, count);
        }

        /**
         * How many sessions an account may have, which {@link #authorize} or Undertow's security handlers name. One more is
         * refused with 429. Without accounts this bounds nothing. Default 100: several pages on several devices.
         */
        public Builder maxSessionsPerAccount(int count) {
            return limit(Limit.SESSIONS_PER_ACCOUNT, count);
        }

        /**
         * How many duplexes an address, of IPv6 a network of 64 bits, may open within a minute: as many at once, and
         * then as fast as the minute allows. Attempts that another limit refuses count too; resuming does not. One more
         * is refused with 429, and told when to try again. Default 1,000: all that {@link #maxSessionsPerAddress} allows
         * can be opened anew within a minute, after the server was started again.
         */
        public Builder maxOpensPerMinute(int count) {
            return limit(Limit.OPENS_PER_MINUTE, count);
        }

        private Builder limit(Limit limit, int count) {
            openingLimits.put(limit, positive(count, limit.option()));
            return this;
        }

        /**
         * How long a duplex may go without a byte of the application's in either direction, attached or not; heartbeats are
         * none. Then it fails with the code {@code TIMED_OUT}, up to a quarter of that time late. Zero, the default: for
         * ever.
         */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = zeroOrMore(timeout, "idleTimeout");
            return this;
        }

        /** How long a duplex may live. Then it fails with the code {@code TIMED_OUT}. Zero, the default: for ever. */
        public Builder maxLife(Duration life) {
            maxLife = zeroOrMore(life, "maxLife");
            return this;
        }

        /** Who is told of the lives of the duplexes. Default: nobody. */
        public Builder observer(DuplexObserver observer) {
            this.observer = Objects.requireNonNull(observer, "observer");
            return this;
        }

        /** {@return the handler} */
        public DuplexHandler build() {
            return new DuplexHandler(this);
        }
    }
}
