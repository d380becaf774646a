package io.http2duplex.server;

import io.http2duplex.internal.listener.ConnectionLimits;
import io.http2duplex.internal.listener.Http2Limits;
import io.http2duplex.internal.listener.HttpPort;
import io.http2duplex.internal.listener.ListenerLimits;
import io.http2duplex.internal.undertow.TrustedProxies;
import io.undertow.Handlers;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A ready-made server for those who have no Undertow of their own: HTTP/2 and HTTP/1.1 on one port.
 *
 * <pre>{@code
 * DuplexServer server = DuplexServer.builder()
 *         .port(7000)
 *         .tls(() -> TlsContexts.fromPem(chain, key), chain, key)
 *         .handle("/example", DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output())).build())
 *         .build();
 * server.start();
 * }</pre>
 *
 * <p>It has an HTTP/2 listener of its own, which does what Undertow's does not: uploads are not held to 64 KiB a round
 * trip, and one that is not read, or is broken off, does not hold up the others of its connection; limits hold; dead
 * connections are noticed; clients are told with GOAWAY that the server goes.
 *
 * <p>May be used by several threads. {@link #start}, {@link #shutdown} and {@link #close} block, and are not for I/O
 * threads.
 */
public final class DuplexServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DuplexServer.class);

    /** NEW to STARTED to DRAINING to CLOSED, in this order; from NEW to CLOSED at once. */
    private enum State {
        NEW,
        STARTED,
        DRAINING,
        CLOSED
    }

    private final InetSocketAddress address;
    private final @Nullable TlsReload tls;
    private final ListenerLimits limits;
    private final List<HttpHandler> handlers;
    private final GracefulShutdownHandler requests;

    private State state = State.NEW;
    private @Nullable HttpPort open;

    private DuplexServer(Builder builder) {
        address = new InetSocketAddress(builder.host, builder.port);
        tls = builder.tls == null ? null : new TlsReload(builder.tls, builder.tlsFiles, builder.tlsReloadInterval);
        limits = builder.limits();
        handlers = builder.routes.values().stream()
                .map(Builder.Route::handler)
                .distinct()
                .toList();
        requests = Handlers.gracefulShutdown(builder.chain());
    }

    /** Begins to build a server. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Begins to listen.
     *
     * @throws UncheckedIOException if it cannot, with a message that says where, and why not
     * @throws IllegalStateException if it was started or closed before
     */
    public synchronized void start() {
        if (state != State.NEW) {
            throw new IllegalStateException("A server is started once; this one is " + state);
        }
        try {
            HttpPort port = HttpPort.open(address, tls == null ? null : tls.load(), limits, requests);
            open = port;
            state = State.STARTED;
            if (tls != null) {
                tls.watch(port);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot listen on " + address.getHostString() + ", port " + address.getPort() + ": "
                            + Objects.requireNonNullElse(e.getMessage(), e.toString()),
                    e);
        }
    }

    /**
     * {@return the port that it listens on}
     *
     * @throws IllegalStateException if it does not
     */
    public synchronized int port() {
        return requireOpen().address().getPort();
    }

    /**
     * {@return what its connections are doing, and have done since it was started}
     *
     * @throws IllegalStateException if it does not listen
     */
    public synchronized DuplexServerStatistics statistics() {
        HttpPort port = requireOpen();
        Map<String, Long> reached = new LinkedHashMap<>();
        port.limitsReached().forEach((limit, count) -> reached.put(limit.option(), count));
        return new DuplexServerStatistics(
                port.connections(), port.connectionsAccepted(), port.streams(), port.streamsBegun(), reached);
    }

    /**
     * Closes the connection that a request has come over, with all that goes over it: for clients that are to be got rid
     * of. (Over HTTP/2 {@code exchange.getConnection().close()} resets the request's stream alone.) Sessions that were
     * attached over it are detached, and may be resumed over another. Behind a proxy the connection is the proxy's, and
     * may carry what others ask for.
     *
     * <p>It does not block, and may be called by a handler on an I/O thread. The connection is closed soon after; the
     * answer to the request may go out before. If the connection is closed already, nothing happens.
     */
    public void disconnect(HttpServerExchange exchange) {
        HttpPort port;
        synchronized (this) {
            port = open;
        }
        SocketAddress peer = exchange.getConnection().getPeerAddress();
        if (port != null && peer != null) {
            port.disconnect(peer);
        }
    }

    private HttpPort requireOpen() {
        if (open == null) {
            throw new IllegalStateException("The server does not listen; it is " + state);
        }
        return open;
    }

    /** Ends every duplex, and closes everything at once: {@link #shutdown} with no time. */
    @Override
    public void close() {
        shutdown(Duration.ZERO);
    }

    /**
     * Stops, in two steps.
     *
     * <p>First it {@linkplain DuplexHandler#drain drains} its handlers of duplexes: new duplexes are refused, those that
     * live are told, and go on, over new connections too. Everything else is served as ever.
     *
     * <p>When no duplex is left, or the time is over, it takes no new connections, and no new requests on those there are
     * (GOAWAY and REFUSED_STREAM on HTTP/2, 503 on HTTP/1.1). When the open requests are done, or the time is over, it
     * closes the handlers that are {@link AutoCloseable}, as {@link DuplexHandler} is, in the order in which they were
     * given, and all connections: what is left of the duplexes is reset with the code {@code SHUT_DOWN}.
     *
     * <p>Without any time the first step is left out: duplexes are not drained, but reset.
     *
     * <p>Only the first call does something; another returns at once. An interrupt ends the waiting, as if the time were
     * over.
     *
     * @param grace how long all of that may take, but for some seconds to close
     */
    public void shutdown(Duration grace) {
        long began = System.nanoTime();
        HttpPort closing;
        synchronized (this) {
            if (state == State.DRAINING || state == State.CLOSED) {
                return;
            }
            state = State.DRAINING;
            closing = open;
        }
        if (closing != null) {
            if (!grace.isZero()
                    && !grace.isNegative()) { // else an application that ends its duplexes would be cut in that
                awaitDuplexes(grace);
            }
            requests.shutdown();
            closing.drain();
            awaitRequests(grace.minusNanos(System.nanoTime() - began));
        }
        if (tls != null) {
            tls.stop();
        }
        boolean interrupted = Thread.interrupted(); // what the handlers have to say still goes out
        handlers.forEach(DuplexServer::closeHandler);
        synchronized (this) {
            state = State.CLOSED;
            open = null;
        }
        if (closing != null) {
            closing.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitDuplexes(Duration grace) {
        CompletableFuture<?>[] drained = handlers.stream()
                .filter(DuplexHandler.class::isInstance)
                .map(handler -> ((DuplexHandler) handler).drain().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(drained).get(millis(grace), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.debugf("Duplexes were still there after %s; they are reset", grace);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Draining does not fail", e);
        }
    }

    private void awaitRequests(Duration grace) {
        try {
            if (!requests.awaitShutdown(millis(grace))) {
                LOG.debug("Requests were still open when the time was over; they are broken off");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return as much of it as can be waited for} */
    private static long millis(Duration grace) {
        Duration longest = Duration.ofDays(365);
        return Math.max(0, (grace.compareTo(longest) < 0 ? grace : longest).toMillis());
    }

    private static void closeHandler(HttpHandler handler) {
        if (handler instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) { // user code: the others have to be closed all the same
                LOG.warnf(e, "A handler could not be closed: %s", handler);
            }
        }
    }

    /** What can be chosen. Every limit has a default that suits most. Not for use by several threads. */
    public static final class Builder {
        private record Route(HttpHandler handler, HandlerWrapper front) {}

        private record Resources(ClassLoader classPath, String folder) {}

        private String host = "localhost";
        private int port;
        private @Nullable Supplier<SSLContext> tls;
        private List<Path> tlsFiles = List.of();
        private Duration tlsReloadInterval = Duration.ofSeconds(10);
        private final Map<String, Route> routes = new LinkedHashMap<>();
        private final List<Resources> resources = new ArrayList<>();
        private HandlerWrapper wrapper = next -> next;
        private @Nullable TrustedProxies proxies;
        private int maxConnections = 10_000;
        private int maxConnectionsPerAddress = 1000;
        private Duration handshakeTimeout = Duration.ofSeconds(10);
        private Duration firstRequestTimeout = Duration.ofSeconds(20);
        private Duration idleTimeout = Duration.ofMinutes(2);
        private int maxHeaderSize = 16 * 1024;
        private int maxHeaders = 100;
        private int streamWindow = 128 * 1024;
        private int maxStreamWindow = 16 * 1024 * 1024;
        private int connectionWindow = 32 * 1024 * 1024;
        private int maxStreams = 100;
        private int maxResetsPerMinute = 1000;
        private int maxControlFramesPerMinute = 6000;
        private Duration pingInterval = Duration.ofSeconds(30);
        private Duration pingTimeout = Duration.ofSeconds(20);

        private Builder() {}

        /** The name or address to listen on; 0.0.0.0 is all of them. Default localhost. */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /** The port to listen on; 0, the default, is any that is free, and {@link DuplexServer#port} tells which. */
        public Builder port(int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port is to be 0 to 65535, not " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * Speaks TLS. Without it the server speaks clear text: HTTP/1.1, and HTTP/2 with clients that know that it does
         * (browsers do not).
         */
        public Builder tls(SSLContext context) {
            Objects.requireNonNull(context, "context");
            return tls(() -> context);
        }

        /**
         * Speaks TLS with a context that is loaded from files, and again when one of them has changed: new connections
         * then get the new certificate. If it cannot be loaded again, the old one stays in use, and the log tells why.
         *
         * @param loader called when the server starts, and when a file has changed, on a thread that may block; for PEM
         *     and PKCS #12 {@code TlsContexts} of {@code http2-duplex-certs} has what it needs. What it throws {@link
         *     DuplexServer#start} throws
         * @param files what it reads
         */
        public Builder tls(Supplier<SSLContext> loader, Path... files) {
            tls = Objects.requireNonNull(loader, "loader");
            tlsFiles = List.of(files);
            return this;
        }

        /** How often to look whether a file of the TLS context has changed. Default 10 seconds. */
        public Builder tlsReloadInterval(Duration interval) {
            if (interval.isZero() || interval.isNegative()) {
                throw new IllegalArgumentException("tlsReloadInterval is to be longer than nothing, not " + interval);
            }
            tlsReloadInterval = interval;
            return this;
        }

        /**
         * Gives requests for a path to a handler: a {@link DuplexHandler}, or any other. If it is {@link AutoCloseable}
         * the server closes it.
         *
         * @param path of the request; one that ends in a slash stands for everything below it, too
         */
        public Builder handle(String path, HttpHandler handler) {
            return handle(path, handler, next -> next);
        }

        /**
         * Gives requests for a path to a handler, as {@link #handle(String, HttpHandler)} does, behind others that are in
         * front of this path alone: for security, say. A {@link DuplexHandler} that the server is to drain and close has to
         * be given here, rather than inside of another handler.
         */
        public Builder handle(String path, HttpHandler handler, HandlerWrapper front) {
            Route route = new Route(Objects.requireNonNull(handler, "handler"), Objects.requireNonNull(front, "front"));
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("path is to begin with a slash: " + path);
            }
            if (routes.putIfAbsent(path, route) != null) {
                throw new IllegalArgumentException("path has a handler already: " + path);
            }
            return this;
        }

        /**
         * Serves files from the class path for the paths that have no handler. Of several folders the first that has
         * the file gives it.
         *
         * @param folder their common folder, which stands for {@code /}
         */
        public Builder resources(ClassLoader classPath, String folder) {
            resources.add(new Resources(
                    Objects.requireNonNull(classPath, "classPath"), Objects.requireNonNull(folder, "folder")));
            return this;
        }

        /** Puts handlers in front of all requests: for headers, security, logs. The last that is given comes first. */
        public Builder wrap(HandlerWrapper outer) {
            HandlerWrapper inner = wrapper;
            wrapper = next -> outer.wrap(inner.wrap(next));
            return this;
        }

        /**
         * Heeds {@code X-Forwarded-For}, {@code X-Forwarded-Proto} and {@code X-Forwarded-Host} from these proxies: a
         * request's remote address, scheme and host are then those that the first of them saw. Of several addresses the
         * last one counts that is not that of a proxy given here: what stands before it may be made up. From anyone else the
         * headers are ignored, as they all are by default.
         *
         * @param proxies IP addresses, or ranges such as {@code 10.0.0.0/8}
         * @throws IllegalArgumentException if one is neither, or if proxies were given before: those that write one kind of
         *     header let pass what a client has made up in the other
         */
        public Builder trustXForwarded(String... proxies) {
            return trust(TrustedProxies.xForwarded(List.of(proxies)));
        }

        /** Heeds {@code Forwarded} (RFC 7239) from these proxies, as {@link #trustXForwarded} does the older headers. */
        public Builder trustForwarded(String... proxies) {
            return trust(TrustedProxies.forwarded(List.of(proxies)));
        }

        private Builder trust(TrustedProxies trusted) {
            if (proxies != null) {
                throw new IllegalArgumentException("Proxies are given once: either trustForwarded or trustXForwarded");
            }
            proxies = trusted;
            return this;
        }

        /**
         * How many connections may be open at once. One more is closed as soon as it has come. An idle one with TLS takes
         * some 11 kB of heap. Default 10,000.
         */
        public Builder maxConnections(int count) {
            maxConnections = count;
            return this;
        }

        /**
         * How many of the connections may come from one address, or one IPv6 network of 64 bits, which is what one client
         * has. One more is closed as soon as it has come. Proxies that are trusted ({@link #trustXForwarded}) may have any
         * number. Default 1000: many clients may share an address.
         */
        public Builder maxConnectionsPerAddress(int count) {
            maxConnectionsPerAddress = count;
            return this;
        }

        /** How long the TLS handshake may take, before the connection is closed. Default 10 seconds. */
        public Builder handshakeTimeout(Duration timeout) {
            handshakeTimeout = timeout;
            return this;
        }

        /**
         * How long it may take from then on until the head of the first request is here; and how long any later head may
         * take from its beginning to its end. Then the connection is closed. Default 20 seconds.
         */
        public Builder firstRequestTimeout(Duration timeout) {
            firstRequestTimeout = timeout;
            return this;
        }

        /** How long a connection may be without any request, before it is closed. Default 2 minutes. */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = timeout;
            return this;
        }

        /**
         * How many bytes the head of a request may have: path, query and header fields, each with 32 bytes beside its name
         * and value, as HTTP/2 counts them. A larger one is answered with 431; one of more than 20,000 bytes, which is the
         * most that can be set here, costs its connection, and HTTP/2 clients are told so. Default 16 KiB.
         */
        public Builder maxHeaderSize(int bytes) {
            maxHeaderSize = bytes;
            return this;
        }

        /**
         * How many header fields a request may have. More are answered with 431; more than twice as many, but at least
         * 200, cost the request its answer. Default 100.
         */
        public Builder maxHeaders(int count) {
            maxHeaders = count;
            return this;
        }

        /**
         * How much a client may send of one upload before any of it is read, at first; while the upload is read, the
         * window grows. HTTP/2 only, as are all that follow. In bytes; default 128 KiB.
         */
        public Builder streamWindow(int bytes) {
            streamWindow = bytes;
            return this;
        }

        /**
         * To what the window of one upload grows: it carries at most that much in a round trip. In bytes; default 16 MiB.
         */
        public Builder maxStreamWindow(int bytes) {
            maxStreamWindow = bytes;
            return this;
        }

        /**
         * How much may have come on one connection that was not read yet: the bound of the memory that it can take. The
         * windows of its uploads never add up to more. At least {@code maxStreams} times {@code streamWindow}. In bytes;
         * default 32 MiB.
         */
        public Builder connectionWindow(int bytes) {
            connectionWindow = bytes;
            return this;
        }

        /**
         * How many requests a client may have open on one connection. It is told; one more is refused with
         * REFUSED_STREAM, after which it may be sent again. Default 100.
         */
        public Builder maxStreams(int count) {
            maxStreams = count;
            return this;
        }

        /**
         * How many streams of one connection may be reset within a minute, by either end, with or without a body. One
         * more closes the connection with ENHANCE_YOUR_CALM. A duplex that fails costs one. Default 1000.
         */
        public Builder maxResetsPerMinute(int count) {
            maxResetsPerMinute = count;
            return this;
        }

        /**
         * How many frames may come on one connection within a minute that only make work: PING, SETTINGS, PRIORITY,
         * empty DATA, those of unknown types, and WINDOW_UPDATEs that nothing the client was sent is the reason for. One
         * more closes the connection with ENHANCE_YOUR_CALM. Default 6000.
         */
        public Builder maxControlFramesPerMinute(int count) {
            maxControlFramesPerMinute = count;
            return this;
        }

        /** After how long a silence a client is asked, with PING, whether it is there. Default 30 seconds. */
        public Builder pingInterval(Duration interval) {
            pingInterval = interval;
            return this;
        }

        /** How long a client that was asked may stay silent, before its connection is closed. Default 20 seconds. */
        public Builder pingTimeout(Duration timeout) {
            pingTimeout = timeout;
            return this;
        }

        /**
         * {@return the server, which does not listen yet}
         *
         * @throws IllegalArgumentException if a limit is below its least, or the limits do not go together
         */
        public DuplexServer build() {
            return new DuplexServer(this);
        }

        private ListenerLimits limits() {
            ConnectionLimits connections = new ConnectionLimits(
                    maxConnections,
                    maxConnectionsPerAddress,
                    proxies == null ? address -> false : proxies::isTrusted,
                    handshakeTimeout,
                    firstRequestTimeout,
                    idleTimeout,
                    maxHeaderSize,
                    maxHeaders);
            Http2Limits http2 = new Http2Limits(
                    streamWindow,
                    maxStreamWindow,
                    connectionWindow,
                    maxStreams,
                    maxResetsPerMinute,
                    maxControlFramesPerMinute,
                    pingInterval,
                    pingTimeout);
            return new ListenerLimits(connections, http2);
        }

        private HttpHandler chain() {
            HttpHandler next = ResponseCodeHandler.HANDLE_404;
            for (int i = resources.size() - 1; i >= 0; i--) {
                Resources files = resources.get(i);
                next = new ResourceHandler(new ClassPathResourceManager(files.classPath, files.folder), next);
            }
            PathHandler paths = new PathHandler(next);
            routes.forEach((path, route) -> {
                HttpHandler handler = route.front.wrap(route.handler);
                if (path.endsWith("/")) {
                    paths.addPrefixPath(path, handler);
                } else {
                    paths.addExactPath(path, handler);
                }
            });
            HttpHandler wrapped = wrapper.wrap(paths);
            return proxies == null ? wrapped : proxies.wrap(wrapped);
        }
    }
}
