package io.http2duplex.nodes;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexRequest;
import io.http2duplex.ErrorCode;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.StatusHandler;
import io.undertow.server.HandlerWrapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A node with an echo at {@code /example}, which can be started again on the same port. */
final class Node implements AutoCloseable {
    static final String PATH = "/example";

    private static final DevelopmentCertificates CERTIFICATES = certificates();
    static final SSLContext TRUST = TlsContexts.trusting(CERTIFICATES.caCertificate());
    /** Of nodes that show each other their certificates. */
    static final SSLContext MUTUAL = TlsContexts.fromPem(
            CERTIFICATES.certificateChain(), CERTIFICATES.privateKey(), CERTIFICATES.caCertificate());

    static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(TRUST)
            .build();

    final String route;
    final int port;
    private final boolean tls;
    private final HandlerWrapper front;
    /** So many of the requests are kept: under load there are hundreds of thousands. */
    private static final int KEPT = 100;

    /** What was asked of the authorizer first. */
    final List<DuplexRequest> requests = new CopyOnWriteArrayList<>();
    /** How duplexes have failed. */
    final List<ErrorCode> failures = new CopyOnWriteArrayList<>();

    /** How many duplexes were opened. */
    final AtomicInteger opened = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private DuplexServer server;

    /**
     * Starts it.
     *
     * @param front in front of its handler of duplexes
     */
    Node(String route, int port, boolean tls, HandlerWrapper front) {
        this.route = route;
        this.port = port;
        this.tls = tls;
        this.front = front;
        start();
    }

    private static DevelopmentCertificates certificates() {
        return DevelopmentCertificates.in(Path.of(System.getProperty("nodes.target"), "certificates"));
    }

    /** {@return a file with the certificates and the key of every balancer} */
    static Path pem() throws IOException {
        Path file = Folders.of("pem").resolve("localhost.pem");
        Files.writeString(
                file, Files.readString(CERTIFICATES.certificateChain()) + Files.readString(CERTIFICATES.privateKey()));
        return file;
    }

    private void start() {
        DuplexHandler duplexes = DuplexHandler.builder(this::echo)
                .route(route)
                .maxSessionsPerConnection(10_000)
                .maxSessionsPerAccount(10_000)
                .maxOpensPerMinute(1_000_000) // all clients have one address, and none keeps a duplex for long
                .authorize(request -> {
                    if (requests.size() < KEPT) {
                        requests.add(request);
                    }
                    return CompletableFuture.completedStage(Authorization.accept("somebody"));
                })
                .build();
        DuplexServer.Builder builder = DuplexServer.builder()
                .host("127.0.0.1")
                .port(port)
                .trustXForwarded("127.0.0.1")
                .handle(PATH, duplexes, front)
                .handle("/health", StatusHandler.health(404, duplexes));
        if (tls) {
            builder.tls(CERTIFICATES.sslContext());
        }
        server = builder.build();
        server.start();
    }

    private void echo(Duplex duplex) {
        opened.incrementAndGet();
        duplex.closed().exceptionally(failure -> {
            failures.add(failure instanceof DuplexException known ? known.code() : ErrorCode.HANDLER_FAILED);
            return null;
        });
        duplex.input().subscribe(duplex.output());
    }

    URI address() {
        return URI.create((tls ? "https://localhost:" : "http://127.0.0.1:") + port);
    }

    URI url() {
        return address().resolve(PATH);
    }

    void restart(Duration grace) {
        server.shutdown(grace);
        start();
    }

    @Override
    public void close() {
        server.close();
    }
}
