package io.http2duplex.server;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.listener.HttpPort;
import io.http2duplex.internal.listener.ListenerLimits;
import io.http2duplex.internal.options.OptionChecks;
import io.http2duplex.internal.undertow.Answer;
import io.http2duplex.internal.undertow.ClassPathFiles;
import io.http2duplex.internal.undertow.SuspendedWrites;
import io.http2duplex.internal.undertow.TrustedProxies;
import io.undertow.Handlers;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
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
 * A ready-made server for applications without an Undertow of their own: HTTP/2 and HTTP/1.1 on one port.
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
 * trip, and an upload that is not read, or is broken off, does not hold up the others of its connection; limits hold; dead
 * connections are noticed; clients are told with GOAWAY that the server goes.
 *
 * <p>May be used by several threads. {@link #start}, {@link #shutdown} and {@link #close} block, and are not for I/O
 * threads. (The file is long because each option is documented here, and nowhere else in code.)
 */
public final class DuplexServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DuplexServer.class);

    /** In this sequence; from NEW to CLOSED at once. */
    private enum State {
        NEW,
        STARTED,
        DRAINING,
        CLOSED
    }

    private final InetSocketAddress address;
    private final @Nullable TlsReload tls;
    private final boolean certificates;
    private final ListenerLimits limits;
    private final List<HttpHandler> handlers;
    private final GracefulShutdownHandler requests;

    private State state = State.NEW;
    /** Whether no new requests are served. */
    private volatile boolean refusesRequests;

    private @Nullable HttpPort open;

    private DuplexServer(Builder builder) {
        address = new InetSocketAddress(builder.host, builder.port);
        tls = builder.tls == null ? null : new TlsReload(builder.tls, builder.tlsFiles, builder.tlsReloadInterval);
        certificates = builder.certificates;
        TrustedProxies proxies = builder.proxies;
        limits = builder.limits(proxies == null ? client -> false : proxies::isTrusted);
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
            throw new IllegalStateException("A server can be started once; this one is " + state + ". Build another.");
        }
        try {
            HttpPort port = HttpPort.open(
                    address, tls == null ? null : tls.load(), certificates, limits, Answer.early(this::admit));
            open = port;
            state = State.STARTED;
            if (tls != null) {
                tls.watch((time, task) -> port.after(time, () -> port.executor().execute(task)), port::use);
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
     * {@return counts of what its connections are doing, and have done since it was started}
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
     * Closes the connection that a request has come over, with everything that goes over it: for clients that must go.
     * (Over HTTP/2 {@code exchange.getConnection().close()} resets the request's stream alone.) Sessions that were
     * attached over it are detached, and may be resumed over another. Behind a proxy the connection is the proxy's, and
     * may carry requests of other clients.
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

    /** {@link #requests} alone would refuse without a reason. */
    private void admit(HttpServerExchange exchange) throws Exception {
        if (refusesRequests) {
            Answer.refuse(exchange, Problem.shutDown());
        } else {
            requests.handleRequest(exchange);
        }
    }

    private HttpPort requireOpen() {
        if (open == null) {
            throw new IllegalStateException(
                    "The server does not listen; it is " + state + (state == State.NEW ? ". Start it first." : "."));
        }
        return open;
    }

    /**
     * Ends every duplex, and closes everything at once: {@link #shutdown} with no time.
     *
     * @throws IllegalStateException on an I/O thread of this server
     */
    @Override
    public void close() {
        shutdown(Duration.ZERO);
    }

    /**
     * Stops, in two steps.
     *
     * <p>First it {@linkplain DuplexHandler#drain drains} its handlers of duplexes: new duplexes are refused; those that
     * live are told, and go on, over new connections too. Everything else is served as before.
     *
     * <p>When no duplex is left, or the time is up, it takes no new connections, and no new requests on those there are
     * (GOAWAY and REFUSED_STREAM on HTTP/2, 503 on HTTP/1.1). When the open requests are done, or the time is up, it
     * closes the handlers that are {@link AutoCloseable}, as {@link DuplexHandler} is, in the sequence in which they were
     * given, and all connections. Duplexes that still live are reset with the code {@code SHUT_DOWN}.
     *
     * <p>Without any time the first step is left out: duplexes are not drained, but reset.
     *
     * <p>Only the first call does something; another returns at once. An interrupt ends the waiting, as if the time were
     * up. A handler that calls it on a thread of the server's, as in a request that stops the server, makes it wait for
     * that request until the time is up, and for that thread: a thread of its own is better.
     *
     * @param grace how long all of that may take, not counting some seconds to close
     * @throws IllegalStateException on an I/O thread of this server, which it would wait for; nothing is stopped then
     */
    public void shutdown(Duration grace) {
        long nanos = OptionChecks.nanos(OptionChecks.given(grace, "grace"));
        long began = System.nanoTime();
        HttpPort closing;
        synchronized (this) {
            if (state == State.DRAINING || state == State.CLOSED) {
                return;
            }
            if (open != null && open.isOnIoThread()) {
                throw new IllegalStateException("The server waits for its I/O threads when it stops, and this is one: "
                        + Thread.currentThread().getName() + ". Call close or shutdown on another thread.");
            }
            state = State.DRAINING;
            closing = open;
        }
        if (closing != null) {
            if (nanos >= TimeUnit.MILLISECONDS.toNanos(1)) { // else an application that ends its duplexes would be cut
                awaitDuplexes(nanos);
            }
            refusesRequests = true;
            requests.shutdown();
            closing.drain();
            awaitRequests(nanos - (System.nanoTime() - began));
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

    private void awaitDuplexes(long nanos) {
        CompletableFuture<?>[] drained = handlers.stream()
                .filter(DuplexHandler.class::isInstance)
                .map(handler -> ((DuplexHandler) handler).drain().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(drained).get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.debugf("Duplexes were still there after %s; they are reset", Duration.ofNanos(nanos));
        } catch (ExecutionException e) {
            throw new IllegalStateException("Draining does not fail", e);
        }
    }

    /** Not by {@code awaitShutdown}, which heeds the clock of the machine: that may be set back meanwhile. */
    private void awaitRequests(long nanos) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        requests.addShutdownListener(done::complete);
        try {
            var unused = done.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.debug("Requests were still open when the time was up; they are broken off");
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nothing fails it", e);
        }
    }

    private static void closeHandler(HttpHandler handler) {
        if (handler instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Throwable e) { // user code: the others must be closed all the same
                LOG.warnf(e, "A handler could not be closed: %s", handler);
            }
        }
    }

    /** A builder of servers. Not for use by several threads. */
    public static final class Builder extends ListenerOptions<Builder> {
        private record Route(HttpHandler handler, HandlerWrapper front) {}

        private record Resources(ClassLoader classPath, String folder) {}

        private String host = "localhost";
        private int port;
        private @Nullable Supplier<SSLContext> tls;
        private List<Path> tlsFiles = List.of();
        private Duration tlsReloadInterval = Duration.ofSeconds(10);
        private boolean certificates;
        private final Map<String, Route> routes = new LinkedHashMap<>();
        private final List<Resources> resources = new ArrayList<>();
        private HandlerWrapper wrapper = next -> next;
        private @Nullable TrustedProxies proxies;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** The name or address to listen on; 0.0.0.0 is all of them. Default localhost. */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /** The port to listen on; 0, the default, is any free port, and {@link DuplexServer#port} tells which. */
        public Builder port(int port) {
            this.port = OptionChecks.between(0, 65_535, port, "port");
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
         * then get the new certificate. If it cannot be loaded again, the old one stays in use, and the log says why.
         *
         * @param loader called when the server starts, and when a file has changed, on a thread that may block. {@code
         *     TlsContexts} of {@code http2-duplex-certs} loads PEM and PKCS #12. {@link DuplexServer#start} throws what the
         *     loader throws
         * @param files what it reads
         */
        public Builder tls(Supplier<SSLContext> loader, Path... files) {
            tls = Objects.requireNonNull(loader, "loader");
            tlsFiles = List.of(files);
            return this;
        }

        /** How often to look whether a file of the TLS context has changed. Default 10 seconds. */
        public Builder tlsReloadInterval(Duration interval) {
            tlsReloadInterval = OptionChecks.positive(interval, "tlsReloadInterval");
            return this;
        }

        /**
         * Whether each client must show a certificate that the TLS context trusts: for a server that only other nodes and
         * proxies reach. Without one the handshake fails. Default false: none is asked for.
         */
        public Builder requireClientCertificates(boolean required) {
            certificates = required;
            return this;
        }

        /**
         * Gives requests for a path to a handler: a {@link DuplexHandler}, or any other. If it is {@link AutoCloseable}
         * the server closes it.
         *
         * @param path of the request; one that ends in a slash has everything below it, too
         */
        public Builder handle(String path, HttpHandler handler) {
            return handle(path, handler, next -> next);
        }

        /**
         * Gives requests for a path to a handler, as {@link #handle(String, HttpHandler)} does, behind others that are in
         * front of this path alone: for security, say. A {@link DuplexHandler} must be given here, rather than inside of
         * another handler, so that the server drains and closes it.
         */
        public Builder handle(String path, HttpHandler handler, HandlerWrapper front) {
            Route route = new Route(Objects.requireNonNull(handler, "handler"), Objects.requireNonNull(front, "front"));
            if (!OptionChecks.given(path, "path").startsWith("/")) {
                throw new IllegalArgumentException("path must begin with a slash: " + path);
            }
            if (routes.putIfAbsent(path, route) != null) {
                throw new IllegalArgumentException("path must have one handler, and has one already: " + path);
            }
            return this;
        }

        /**
         * Serves files from the class path for the paths that have no handler. The first folder that has the file serves
         * it.
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
            Objects.requireNonNull(outer, "outer");
            HandlerWrapper inner = wrapper;
            wrapper = next -> outer.wrap(inner.wrap(next));
            return this;
        }

        /**
         * Trusts {@code X-Forwarded-For}, {@code X-Forwarded-Proto} and {@code X-Forwarded-Host} of these proxies: a
         * request's remote address, scheme and host are then those that the first of them saw. Of several addresses the
         * last one counts that is not the address of a proxy given here; a client may have made up those before it. From
         * other addresses the headers are ignored, as they all are by default.
         *
         * @param proxies IP addresses, or ranges such as {@code 10.0.0.0/8}
         * @throws IllegalArgumentException if one is neither, or if proxies were given before: those that write one kind of
         *     header let pass what a client has made up in the other
         */
        public Builder trustXForwarded(String... proxies) {
            return trust(TrustedProxies.xForwarded(List.of(proxies)));
        }

        /** Trusts {@code Forwarded} (RFC 7239) of these proxies, as {@link #trustXForwarded} does the older headers. */
        public Builder trustForwarded(String... proxies) {
            return trust(TrustedProxies.forwarded(List.of(proxies)));
        }

        private Builder trust(TrustedProxies trusted) {
            if (proxies != null) {
                throw new IllegalArgumentException(
                        "Proxies must be given once: either trustForwarded or trustXForwarded");
            }
            proxies = trusted;
            return this;
        }

        /**
         * {@return the server, which does not listen yet}
         *
         * @throws IllegalArgumentException if options do not fit together
         */
        public DuplexServer build() {
            if (certificates && tls == null) {
                throw new IllegalArgumentException(
                        "requireClientCertificates needs tls: in clear text no client can show a certificate.");
            }
            return new DuplexServer(this);
        }

        private HttpHandler chain() {
            HttpHandler next = ResponseCodeHandler.HANDLE_404;
            for (int i = resources.size() - 1; i >= 0; i--) {
                Resources files = resources.get(i);
                next = new ResourceHandler(new ClassPathFiles(files.classPath, files.folder), next);
            }
            next = new SuspendedWrites(next);
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
