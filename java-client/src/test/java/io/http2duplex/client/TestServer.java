package io.http2duplex.client;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A real server on this machine, and clients that trust it. */
final class TestServer implements AutoCloseable {
    static final DuplexCallback ECHO = duplex -> duplex.input().subscribe(duplex.output());

    private static @Nullable DevelopmentCertificates certificates;

    private final DuplexServer server;
    private final boolean tls;

    private TestServer(DuplexServer server, boolean tls) {
        this.server = server;
        this.tls = tls;
    }

    static TestServer start(DuplexCallback callback) {
        return start(callback, options -> options, 0, true);
    }

    /** @param port 0: any */
    static TestServer start(
            DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options, int port, boolean tls) {
        DuplexServer.Builder builder = DuplexServer.builder()
                .port(port)
                .handle(
                        "/duplex",
                        options.apply(DuplexHandler.builder(callback)).build());
        if (tls) {
            builder.tls(certificates().sslContext());
        }
        DuplexServer server = builder.build();
        server.start();
        return new TestServer(server, tls);
    }

    private static synchronized DevelopmentCertificates certificates() {
        DevelopmentCertificates known = certificates;
        if (known == null) {
            try {
                known = DevelopmentCertificates.in(Files.createDirectories(Path.of("target/certs")));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            certificates = known;
        }
        return known;
    }

    static HttpClient http() {
        return HttpClient.newBuilder()
                .sslContext(TlsContexts.trusting(certificates().caCertificate()))
                .build();
    }

    static DuplexClient.Builder client() {
        return DuplexClient.builder().httpClient(TestServer::http);
    }

    int port() {
        return server.port();
    }

    URI uri() {
        return uri(port());
    }

    /** @param port of a proxy */
    URI uri(int port) {
        return URI.create((tls ? "https" : "http") + "://localhost:" + port + "/duplex?room=1");
    }

    Duplex connect() throws IOException {
        return client().build().connect(uri());
    }

    DuplexServer server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
    }
}
