package io.http2duplex.benchmark.servers;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexOptions;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.servlet.DuplexServlet;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.util.HttpString;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/**
 * A server that is measured: {@code BenchmarkServer KIND CERTIFICATES PAGE}. It prints one line of JSON with its port; on
 * each line that comes it collects its garbage and prints how much heap is in use, and if the line says so, begins or ends
 * a recording; and it ends when its input does. The system property {@value #TLS} says by whom a server of this project's
 * has TLS: by the JDK if it is not set, by {@value #CONSCRYPT}, or {@value #NONE}.
 */
public final class BenchmarkServer {
    /** What it is. */
    enum Kind {
        /** Duplexes on {@link DuplexServer}. */
        OWN,
        /** As OWN; duplexes may move to WebSockets. */
        OWN_WEBSOCKETS,
        /** Duplexes on Undertow's own listener. */
        STOCK,
        /** WebSockets on Undertow's own listener. */
        WEBSOCKET,
        /** Apache Guacamole's HTTP tunnel. */
        GUACAMOLE,
        /** Atmosphere. */
        ATMOSPHERE,
        /** RSocket over TCP. */
        RSOCKET,
        /** Handlers for bare fetch on {@link DuplexServer}. */
        FLOOR,
        /** As OWN, for 100 duplexes a connection and uploads beside them. */
        OWN_MANY,
        /** As STOCK, with options as OWN_MANY. */
        STOCK_MANY,
        /** As OWN, for any number of connections. */
        OWN_IDLE,
        /** Duplexes on Tomcat, configured as the documents recommend. */
        TOMCAT,
        /** Duplexes on Tomcat as it is. */
        TOMCAT_STOCK,
        /** Duplexes on Jetty, configured as the documents recommend. */
        JETTY,
        /** Duplexes on Jetty as it is. */
        JETTY_STOCK
    }

    /** The name of a system property. */
    public static final String TLS = "benchmark.tls";

    /** A value of it: BoringSSL. */
    public static final String CONSCRYPT = "conscrypt";

    /** A value of it: clear text. */
    public static final String NONE = "none";

    static final HttpString OPENER_POLICY = new HttpString("Cross-Origin-Opener-Policy");
    static final HttpString EMBEDDER_POLICY = new HttpString("Cross-Origin-Embedder-Policy");
    /** Among idle duplexes heartbeats would be most of what is measured. */
    private static final Duration RARE = Duration.ofMinutes(10);

    /** What has ended is not to be in the way of the next. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final String PROFILED = "profiled ";

    /** All clients have one address here. */
    private static final int ANY = 10_000_000;

    private final Kind kind;
    private final DevelopmentCertificates certificates;
    private final @Nullable SSLContext tls;
    private final Path page;

    private BenchmarkServer(Kind kind, DevelopmentCertificates certificates, Path page) {
        this.kind = kind;
        this.certificates = certificates;
        tls = tls(certificates);
        this.page = page;
    }

    public static void main(String... arguments) throws Exception {
        Kind kind = Kind.valueOf(arguments[0]);
        if (System.getProperty(TLS, "").equals(CONSCRYPT)) { // before any context is made
            Security.insertProviderAt(Conscrypt.newProvider(), 1);
        }
        BenchmarkServer server =
                new BenchmarkServer(kind, DevelopmentCertificates.in(Path.of(arguments[1])), Path.of(arguments[2]));
        System.out.println("{\"port\":" + server.start() + "}");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Recorder recorder = new Recorder();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            if (line.equals("profile")) {
                recorder.start();
            } else if (line.startsWith(PROFILED)) {
                recorder.stop(Path.of(line.substring(PROFILED.length())));
            }
            System.out.println("{\"heap\":" + heap() + "}");
        }
        System.exit(0);
    }

    private static @Nullable SSLContext tls(DevelopmentCertificates certificates) {
        return System.getProperty(TLS, "").equals(NONE) ? null : certificates.sslContext();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private int start() throws Exception {
        return switch (kind) {
            case OWN, OWN_WEBSOCKETS, FLOOR -> start(DuplexServer.builder());
            case OWN_MANY -> start(manyConnections().maxStreams(220).streamWindow(64 * 1024));
            case OWN_IDLE -> start(manyConnections());
            case STOCK, WEBSOCKET, STOCK_MANY -> startStock();
            case TOMCAT, TOMCAT_STOCK -> startContainer(new TomcatContainer(certificates, kind == Kind.TOMCAT));
            case JETTY, JETTY_STOCK ->
                startContainer(new JettyContainer(certificates.sslContext(), kind == Kind.JETTY));
            case GUACAMOLE -> PeerServer.start(certificates.sslContext(), page, Guacamole.handler());
            case ATMOSPHERE -> PeerServer.start(certificates.sslContext(), page, AtmospherePeer.handler());
            case RSOCKET -> RSocketPeer.start(certificates.sslContext());
        };
    }

    private static DuplexServer.Builder manyConnections() {
        return DuplexServer.builder().maxConnections(ANY).maxConnectionsPerAddress(ANY);
    }

    private int start(DuplexServer.Builder builder) {
        if (tls != null) {
            builder.tls(tls);
        }
        handlers().forEach(builder::handle);
        DuplexServer server = builder.handle("/", page()).build();
        server.start();
        return server.port();
    }

    private int startStock() {
        var paths = Handlers.path(page());
        handlers().forEach(paths::addExactPath);
        Undertow.Builder builder = Undertow.builder();
        if (tls == null) {
            builder.addHttpListener(0, "localhost");
        } else {
            builder.addHttpsListener(0, "localhost", tls);
        }
        Undertow undertow = builder.setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                // Pages reset what they have done with.
                .setServerOption(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, 100_000)
                .setHandler(paths)
                .build();
        undertow.start();
        return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    private int startContainer(Container container) throws Exception {
        // A stock Tomcat closes connections over which uploads stream: there the servlet's own default refuses them.
        boolean streams = kind != Kind.TOMCAT_STOCK;
        return container.start(Map.of(
                "/echo", servlet(BenchmarkServer::echo, streams),
                "/transfer", servlet(DuplexTransfer::over, streams),
                "/", new PageServlet(page)));
    }

    private static DuplexServlet servlet(DuplexCallback callback, boolean streams) {
        return withoutLimits(DuplexServlet.builder(callback))
                .streamingUploads(streams)
                .build();
    }

    private static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    private static <B extends DuplexOptions<B>> B withoutLimits(B builder) {
        return builder.maxSessions(ANY)
                .maxSessionsPerAddress(ANY)
                .maxSessionsPerConnection(ANY)
                .maxOpensPerMinute(ANY);
    }

    private Map<String, HttpHandler> handlers() {
        return switch (kind) {
            case OWN, OWN_WEBSOCKETS, STOCK, OWN_MANY, STOCK_MANY, OWN_IDLE ->
                Map.of(
                        "/echo", duplexes(BenchmarkServer::echo),
                        "/transfer", duplexes(DuplexTransfer::over),
                        "/numbered", duplexes(DuplexTransfer::numbered));
            case WEBSOCKET -> Map.of("/echo", WebSockets.echo(), "/transfer", WebSockets.transfer());
            case FLOOR -> {
                Floor floor = new Floor();
                yield Map.of("/floor", floor.echo(), "/sink", floor.sink(), "/source", floor.source());
            }
            case GUACAMOLE, ATMOSPHERE, RSOCKET, TOMCAT, TOMCAT_STOCK, JETTY, JETTY_STOCK -> Map.of();
        };
    }

    private DuplexHandler duplexes(DuplexCallback callback) {
        DuplexHandler.Builder builder =
                withoutLimits(DuplexHandler.builder(callback)).oneRequest(true).webSocket(kind == Kind.OWN_WEBSOCKETS);
        if (kind == Kind.OWN_MANY || kind == Kind.STOCK_MANY) {
            builder.heartbeat(RARE).maxDownloadLife(Duration.ZERO).resumeTimeout(SHORT);
        }
        return builder.build();
    }

    /** The page's files; isolation gives the page a finer clock. */
    private HttpHandler page() {
        HttpHandler files = Handlers.resource(new PathResourceManager(page));
        return exchange -> {
            exchange.getResponseHeaders().put(OPENER_POLICY, "same-origin").put(EMBEDDER_POLICY, "require-corp");
            files.handleRequest(exchange);
        };
    }
}
