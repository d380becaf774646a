package io.http2duplex.nodes;

import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.options.OptionChecks;
import io.http2duplex.server.FlushingHandler;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.proxy.ProxyHandler;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A handler in front of a handler of duplexes, that forwards requests whose session lives on another node: for balancers that
 * do not heed the route in {@code http2-duplex-id}. The route of an id names the node; whatever else comes goes to the
 * next handler.
 *
 * <pre>{@code
 * DuplexHandler duplexes = DuplexHandler.builder(callback).route("n1").build();
 * ForwardingHandler.Builder forwarding = ForwardingHandler.builder("n1")
 *         .node("n2", URI.create("http://10.0.0.2:7000"));
 * DuplexServer.builder()
 *         .trustXForwarded("10.0.0.2") // what n2 says of the clients whose requests it forwards
 *         .handle("/example", duplexes, forwarding::build)
 * }</pre>
 *
 * <p>A request is forwarded once at most, without trailers. The node that has the session checks origin and account: header
 * fields pass unchanged, and {@code X-Forwarded-For}, {@code -Proto} and {@code -Host} tell it what this node has seen.
 *
 * <p>Nodes speak HTTP/1.1 with each other, over TLS if the address says so. A request that cannot be forwarded is answered
 * with 503, which clients treat as a disturbance.
 */
public final class ForwardingHandler implements HttpHandler {
    /** Names the node that has forwarded a request: it is not forwarded again. */
    static final HttpString FORWARDED = new HttpString("http2-duplex-forwarded");

    private static final HttpString ID = new HttpString(HeaderNames.ID);

    /** What is of one connection, and must not go over another. */
    private static final List<HttpString> HOP_BY_HOP = List.of(
            Headers.CONNECTION,
            Headers.UPGRADE,
            new HttpString("Keep-Alive"),
            new HttpString("Proxy-Connection"),
            new HttpString("HTTP2-Settings"));

    /** @param name null if it has an address, which need not be looked up */
    private record Node(@Nullable NameLookup name, NodeConnections connections, HttpHandler proxy) {}

    private final String route;
    /** Null: the nodes, in turn. */
    private final @Nullable HttpHandler next;

    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();

    private ForwardingHandler(Builder builder, @Nullable HttpHandler next) {
        this.route = builder.route;
        this.next = next;
        Executor lookups = NameLookup.threads(builder.nodes.size());
        builder.nodes.forEach((other, address) -> {
            if (!other.equals(route)) {
                nodes.put(other, node(builder, address, lookups));
            }
        });
    }

    private static boolean isName(String host) {
        return !host.startsWith("[") && !host.matches("[0-9.]+");
    }

    private static Node node(Builder builder, URI address, Executor lookups) {
        boolean tls = address.getScheme().equals("https");
        if (tls && builder.tls == null) {
            throw new IllegalArgumentException("A node with an https address needs tls(context): " + address);
        }
        NodeConnections connections = new NodeConnections(
                address,
                tls ? builder.tls : null,
                builder.maxRequestsPerNode,
                builder.connectTimeout,
                builder.idleTimeout);
        // No limit of time: a download lasts as long as its session.
        HttpHandler proxy = ProxyHandler.builder()
                .setProxyClient(connections)
                .setMaxRequestTime(-1)
                // The client tries again, when it sees fit.
                .setMaxConnectionRetries(0)
                .build();
        NameLookup name = new NameLookup(
                address.getHost(),
                builder.resolver,
                lookups,
                builder.maxRequestsPerNode,
                TimeUnit.NANOSECONDS.toMillis(OptionChecks.nanos(builder.connectTimeout)),
                connections::unreachable);
        return new Node(isName(address.getHost()) ? name : null, connections, new FlushingHandler(proxy));
    }

    /**
     * Begins to build a handler.
     *
     * @param route of this node, as its {@code DuplexHandler} has it
     */
    public static Builder builder(String route) {
        return new Builder(OptionChecks.route(route));
    }

    /** Takes one request. Called by Undertow, on any of its threads. */
    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        Node owner = owner(exchange.getRequestHeaders());
        if (owner == null && next != null) {
            next.handleRequest(exchange);
            return;
        }
        if (owner == null && exchange.getRequestHeaders().contains(FORWARDED)) {
            // One of its nodes is a front, perhaps itself: the request would never come to an end.
            exchange.setStatusCode(StatusCodes.LOOP_DETECTED).endExchange();
            return;
        }
        Node node = owner == null ? nextInTurn() : owner;
        NameLookup name = node.name;
        if (name == null) {
            forward(exchange, node);
        } else {
            exchange.dispatch(
                    SameThreadExecutor.INSTANCE, () -> name.lookUp(exchange, waiting -> forward(waiting, node)));
        }
    }

    /** {@return the node to forward a request to; null if it must go to the next handler} */
    private @Nullable Node owner(HeaderMap fields) {
        HeaderValues ids = fields.get(ID);
        if (ids == null || ids.size() != 1 || fields.contains(FORWARDED) || !SessionId.isWellFormed(ids.getFirst())) {
            return null;
        }
        return nodes.get(SessionId.route(ids.getFirst()));
    }

    /** {@return the next node that could be reached lately; if none could, the next} */
    private Node nextInTurn() {
        List<Node> all = List.copyOf(nodes.values());
        int first = turn.getAndIncrement();
        for (int i = 0; i < all.size(); i++) {
            Node node = all.get(Math.floorMod(first + i, all.size()));
            if (!node.connections.hasFailedLately()) {
                return node;
            }
        }
        return all.get(Math.floorMod(first, all.size()));
    }

    private void forward(HttpServerExchange exchange, Node node) throws Exception {
        if (exchange.isRequestChannelAvailable()) {
            exchange.setMaxEntitySize(Long.MAX_VALUE - 1); // the session bounds it, on its node; as DuplexHandler does
        }
        if (!exchange.isRequestComplete()) {
            exchange.addRequestWrapper((factory, same) -> new ForwardedBody(factory.create(), exchange));
        }
        HeaderMap fields = exchange.getRequestHeaders();
        HOP_BY_HOP.forEach(fields::remove);
        fields.put(FORWARDED, route);
        String host = fields.getFirst(Headers.HOST);
        if (host != null) {
            fields.put(Headers.X_FORWARDED_HOST, host); // Undertow's own has no port
        }
        // The whole path: Undertow's proxy leaves out what a path handler in front has matched.
        exchange.setRelativePath(exchange.getRequestPath());
        exchange.setResolvedPath("");
        node.proxy.handleRequest(exchange);
    }

    /**
     * The body of a request. It drops its trailers: Undertow's proxy would write them as they came, and fail with an error in
     * the log if they are longer than its buffer. It tells how the body ends.
     */
    private static final class ForwardedBody extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private interface Read {
            long bytes() throws IOException;
        }

        private final HttpServerExchange exchange;

        ForwardedBody(StreamSourceConduit next, HttpServerExchange exchange) {
            super(next);
            this.exchange = exchange;
        }

        private long watched(Read read) throws IOException {
            long count;
            try {
                count = read.bytes();
            } catch (IOException e) {
                NodeConnections.bodyCut(exchange);
                throw e;
            }
            if (count < 0) {
                NodeConnections.bodyEnded(exchange);
                exchange.removeAttachment(HttpAttachments.REQUEST_TRAILERS);
            }
            return count;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return (int) watched(() -> next.read(target));
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return watched(() -> next.read(targets, offset, length));
        }

        @Override
        public long transferTo(long position, long count, FileChannel target) throws IOException {
            return watched(() -> next.transferTo(position, count, target));
        }

        @Override
        public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
            return watched(() -> next.transferTo(count, through, target));
        }
    }

    /** A builder of handlers that forward. Not for use by several threads. */
    public static final class Builder {
        private final String route;
        private final Map<String, URI> nodes = new LinkedHashMap<>();
        private @Nullable Supplier<SSLContext> tls;
        private NameLookup.Resolver resolver = InetAddress::getByName;
        private int maxRequestsPerNode = 10_000;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration idleTimeout = Duration.ofMinutes(5);

        private Builder(String route) {
            this.route = route;
        }

        /**
         * A node that requests are forwarded to. This node may be among them, so that all nodes can have the same list.
         *
         * @param route of that node
         * @param address scheme, host and port, such as {@code http://10.0.0.2:7000}. A name is looked up for each
         *     request, on a thread of its own that may block; requests wait for that up to {@link #connectTimeout}
         */
        public Builder node(String route, URI address) {
            OptionChecks.route(route);
            String scheme = Objects.requireNonNullElse(address.getScheme(), "");
            String path = Objects.requireNonNullElse(address.getPath(), "");
            if (!(scheme.equals("http") || scheme.equals("https"))
                    || address.getHost() == null
                    || !(path.isEmpty() || path.equals("/"))) {
                throw new IllegalArgumentException(
                        "The address of a node has a scheme, http or https, a host and a port, and nothing else; not "
                                + address);
            }
            if (nodes.putIfAbsent(route, address) != null) {
                throw new IllegalArgumentException("A node must be given once: " + route);
            }
            return this;
        }

        /**
         * What connections to nodes with {@code https} addresses are encrypted with. It must trust their certificates, which
         * must name their hosts, and have a key of this node if they ask for certificates.
         */
        public Builder tls(SSLContext context) {
            Objects.requireNonNull(context, "context");
            return tls(() -> context);
        }

        /**
         * As {@link #tls(SSLContext)}, with a context that may change, as when certificates are renewed. It is asked for when the
         * handler is built, and then for each request to such a node, on an I/O thread: it must hand over a context that
         * was made elsewhere. If it throws or gives null then, that is logged, and the last context stays in use.
         */
        public Builder tls(Supplier<SSLContext> context) {
            tls = Objects.requireNonNull(context, "context");
            return this;
        }

        /** What looks names up. */
        Builder resolver(NameLookup.Resolver resolver) {
            this.resolver = resolver;
            return this;
        }

        /** How many requests may be under way to one node; one more is answered with 503. Default 10,000. */
        public Builder maxRequestsPerNode(int count) {
            maxRequestsPerNode = OptionChecks.positive(count, "maxRequestsPerNode");
            return this;
        }

        /** How long a connection to a node may take; then the request is answered with 503. Default 5 seconds. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = OptionChecks.positive(timeout, "connectTimeout");
            return this;
        }

        /**
         * How long a forwarded request may go without a byte in either direction: the other node may be gone without a word.
         * Then it is cut, up to as long again and 10 seconds later, which ends duplexes of dialect 1 alone. Default 5
         * minutes.
         */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = OptionChecks.positive(timeout, "idleTimeout");
            return this;
        }

        /**
         * {@return the handler}
         *
         * @param next what serves this node's own sessions, and opens new ones
         */
        public ForwardingHandler build(HttpHandler next) {
            return new ForwardingHandler(this, Objects.requireNonNull(next, "next"));
        }

        /**
         * {@return a handler for a process without sessions of its own, a small balancer: it forwards all that comes} New
         * duplexes go to the nodes in turn, without those that could not be reached in the last 5 seconds. An opening
         * that a node refuses is not tried on another: the page tries again.
         */
        public ForwardingHandler buildFront() {
            if (nodes.keySet().stream().allMatch(route::equals)) {
                throw new IllegalArgumentException("A front needs nodes");
            }
            return new ForwardingHandler(this, null);
        }
    }
}
