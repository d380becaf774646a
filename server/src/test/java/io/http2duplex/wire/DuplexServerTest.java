package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.Handlers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The ready-made server: where it listens, what it serves, and what it makes of its options. */
class DuplexServerTest {
    private static final Duration SOON = Duration.ofMillis(10);

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void itSpeaksHttp2AndHttp1OverTls(HttpClient.Version version) throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                .tls(TestServer.tls())
                .handle(
                        "/",
                        exchange -> exchange.getResponseSender()
                                .send(exchange.getProtocol().toString()))
                .build()) {
            server.start();
            HttpClient client = HttpClient.newBuilder()
                    .version(version)
                    .sslContext(TestServer.trust())
                    .build();
            HttpResponse<String> response = get(client, "https", server, "/");
            assertThat(response.version()).isEqualTo(version);
            assertThat(response.body()).isEqualTo(version == HttpClient.Version.HTTP_2 ? "HTTP/2.0" : "HTTP/1.1");
        }
    }

    @Test
    void withoutTlsItSpeaksHttp1AndHttp2ToThoseThatKnow() throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                .handle(
                        "/",
                        exchange -> exchange.getResponseSender()
                                .send(exchange.getProtocol().toString()))
                .build()) {
            server.start();
            assertThat(get(HttpClient.newHttpClient(), "http", server, "/").body())
                    .isEqualTo("HTTP/1.1");
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
                assertThat(client.send("GET", false).readToEnd()).asString().isEqualTo("HTTP/2.0");
            }
        }
    }

    @Test
    void aClientMaySendItsFirstBytesOneByOne() throws Exception {
        try (DuplexServer server =
                DuplexServer.builder().handle("/", Bodies::answer).build()) {
            server.start();
            Sockets sockets = Sockets.open(server.port(), null, "http/1.1");
            for (byte one :
                    "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
                sockets.top().getOutputStream().write(one);
            }
            byte[] answer = sockets.top().getInputStream().readNBytes(12);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
            sockets.kill();
        }
    }

    @Test
    void aPathThatEndsInASlashStandsForWhatIsBelowItAndFilesForTheRest() throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                .handle("/exact", exchange -> exchange.getResponseSender().send("exact"))
                .handle("/below/", exchange -> exchange.getResponseSender().send(exchange.getRelativePath()))
                .resources(DuplexServerTest.class.getClassLoader(), "no-such-folder")
                .resources(DuplexServerTest.class.getClassLoader(), "io/http2duplex/wire")
                .wrap(next -> Handlers.header(next, "x-wrapped", "1"))
                .build()) {
            server.start();
            HttpClient client = HttpClient.newHttpClient();
            assertThat(get(client, "http", server, "/exact").body()).isEqualTo("exact");
            assertThat(get(client, "http", server, "/exact/more").statusCode()).isEqualTo(404);
            assertThat(get(client, "http", server, "/below/it/all").body()).isEqualTo("/it/all");
            HttpResponse<String> file = get(client, "http", server, "/DuplexServerTest.class");
            assertThat(file.statusCode()).isEqualTo(200);
            assertThat(file.headers().firstValue("x-wrapped")).hasValue("1");
            assertThat(get(client, "http", server, "/none.txt").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aPortThatIsTakenIsOneClearError() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"));
                DuplexServer server =
                        DuplexServer.builder().port(taken.getLocalPort()).build()) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("Cannot listen on localhost, port " + taken.getLocalPort() + ": ")
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aHostThatIsNotThereIsOneClearError() {
        try (DuplexServer server =
                DuplexServer.builder().host("no-such-host.invalid").build()) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("Cannot listen on no-such-host.invalid, port 0: no-such-host.invalid");
        }
    }

    @Test
    void aServerIsStartedOnceAndHasAPortWhileItListens() {
        DuplexServer server = DuplexServer.builder().build();
        assertThatThrownBy(server::port).isInstanceOf(IllegalStateException.class);
        server.start();
        assertThat(server.port()).isPositive();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        server.close();
        assertThatThrownBy(server::port).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aServerThatIsClosedEndsItsDuplexes() throws Exception {
        try (DuplexHandler handler = DuplexHandler.builder(TestServer::idle).build()) {
            DuplexServer server =
                    DuplexServer.builder().handle("/duplex", handler).build();
            server.start();
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/duplex")) {
                Request download = client.open();
                server.close();
                assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
                assertThat(handler.sessions()).isZero();
            }
        }
    }

    // ---- certificates

    @Test
    void anIoThreadThatStopsTheServerIsTold() throws Exception {
        DuplexServer[] self = new DuplexServer[1];
        try (DuplexServer server = DuplexServer.builder()
                .handle("/", exchange -> {
                    try {
                        self[0].close();
                        exchange.getResponseSender().send("closed");
                    } catch (IllegalStateException e) {
                        exchange.getResponseSender().send(e.getMessage());
                    }
                })
                .build()) {
            self[0] = server;
            server.start();
            HttpClient client = HttpClient.newHttpClient();
            assertThat(get(client, "http", server, "/").body()).contains("Call close or shutdown on another thread.");
            assertThat(get(client, "http", server, "/").statusCode())
                    .as("it still serves")
                    .isEqualTo(200);
        }
    }

    @Test
    void aCertificateThatIsReplacedIsUsedForNewConnections(@TempDir Path first, @TempDir Path second) throws Exception {
        DevelopmentCertificates old = DevelopmentCertificates.in(first);
        DevelopmentCertificates renewed = DevelopmentCertificates.in(second);
        try (ServerLog log = new ServerLog();
                DuplexServer server = DuplexServer.builder()
                        .tls(
                                () -> TlsContexts.fromPem(old.certificateChain(), old.privateKey()),
                                old.certificateChain(),
                                old.privateKey())
                        .tlsReloadInterval(SOON)
                        .handle("/", Bodies::answer)
                        .build()) {
            Path oldAuthority = Files.copy(old.caCertificate(), first.resolve("old-authority.pem"));
            server.start();
            try (Http2Client client =
                    Http2Client.over(Sockets.open(server.port(), TlsContexts.trusting(oldAuthority), "h2"), "/")) {
                assertThat(client.send("GET", false).status()).isEqualTo(200);
                Certificate before = shown(server, oldAuthority);

                // The certificate before its key: for a while the two do not go together.
                replace(renewed.certificateChain(), old.certificateChain());
                Await.until("it was seen", () -> !log.warnings().isEmpty());
                assertThat(log.warnings()).singleElement().asString().contains("cannot be loaded again");
                assertThat(shown(server, oldAuthority)).isEqualTo(before);

                replace(renewed.privateKey(), old.privateKey());
                Await.until("the new certificate is shown", () -> isTrusted(server, renewed.caCertificate()));
                assertThat(isTrusted(server, oldAuthority)).isFalse();
                assertThat(client.send("GET", false).status()).isEqualTo(200); // an old connection goes on
            }
        }
    }

    @Test
    void aPkcs12FileThatIsReplacedIsUsedForNewConnections(@TempDir Path first, @TempDir Path second) throws Exception {
        DevelopmentCertificates old = DevelopmentCertificates.in(first);
        DevelopmentCertificates renewed = DevelopmentCertificates.in(second);
        Path file = first.resolve("server.p12");
        Path password = first.resolve("password");
        try (DuplexServer server = DuplexServer.builder()
                .tls(() -> TlsContexts.fromPkcs12(file, read(password)), file, password)
                .tlsReloadInterval(SOON)
                .handle("/", Bodies::answer)
                .build()) {
            server.start();
            assertThat(isTrusted(server, old.caCertificate())).isTrue();
            replace(second.resolve("password"), password);
            replace(second.resolve("server.p12"), file);
            Await.until("the new certificate is shown", () -> isTrusted(server, renewed.caCertificate()));
            assertThat(isTrusted(server, old.caCertificate())).isFalse();
        }
    }

    private static char[] read(Path password) {
        try {
            return Files.readString(password).strip().toCharArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCertificateThatCannotBeLoadedAtTheStartIsItsOwnError(@TempDir Path directory) {
        Path missing = directory.resolve("missing.pem");
        try (DuplexServer server = DuplexServer.builder()
                .tls(() -> TlsContexts.fromPem(missing, missing), missing)
                .build()) {
            assertThatThrownBy(server::start).hasMessageContaining("missing.pem: there is no such file");
        }
    }

    private static void replace(Path from, Path to) throws IOException {
        Path beside = Files.copy(from, to.resolveSibling("beside.pem"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Certificate shown(DuplexServer server, Path authority) throws IOException {
        Sockets sockets = Sockets.open(server.port(), TlsContexts.trusting(authority), "h2");
        try {
            return ((SSLSocket) sockets.top()).getSession().getPeerCertificates()[0];
        } finally {
            sockets.kill();
        }
    }

    private static boolean isTrusted(DuplexServer server, Path authority) {
        try {
            shown(server, authority);
            return true;
        } catch (IOException e) {
            return false; // another authority's
        }
    }

    private static HttpResponse<String> get(HttpClient client, String scheme, DuplexServer server, String path)
            throws Exception {
        URI uri = URI.create(scheme + "://localhost:" + server.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    // ---- options that make no sense

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("port must be 0 to 65535, not -1", builder -> builder.port(-1)),
                mistake("port must be 0 to 65535, not 65536", builder -> builder.port(65_536)),
                mistake("path must begin with a slash: a", builder -> builder.handle("a", Bodies::answer)),
                mistake(
                        "path must have one handler, and has one already: /a",
                        builder -> builder.handle("/a", Bodies::answer).handle("/a", Bodies::answer)),
                mistake("tlsReloadInterval must be longer", builder -> builder.tlsReloadInterval(Duration.ZERO)),
                mistake("maxConnections must be 1 or more, not 0", builder -> builder.maxConnections(0)),
                mistake("maxConnectionsPerAddress must be 1", builder -> builder.maxConnectionsPerAddress(0)),
                mistake("handshakeTimeout must be longer", builder -> builder.handshakeTimeout(Duration.ZERO)),
                mistake("firstRequestTimeout must be longer", builder -> builder.firstRequestTimeout(Duration.ZERO)),
                mistake("idleTimeout must be longer", builder -> builder.idleTimeout(Duration.ofSeconds(-1))),
                mistake("maxHeaderSize must be 1 to 20000, not 0", builder -> builder.maxHeaderSize(0)),
                mistake("maxHeaderSize must be 1 to 20000, not 20001", builder -> builder.maxHeaderSize(20_001)),
                mistake("maxHeaders must be 1 or more, not 0", builder -> builder.maxHeaders(0)),
                mistake("streamWindow must be 1 or more, not 0", builder -> builder.streamWindow(0)),
                mistake("maxStreamWindow must be 65536 or more", builder -> builder.maxStreamWindow(65_535)),
                mistake("connectionWindow must be 65535 or more", builder -> builder.connectionWindow(65_534)),
                mistake("connectionWindow must hold the windows of 600 streams", builder -> builder.maxStreams(600)),
                mistake("maxStreams must be 1 or more, not 0", builder -> builder.maxStreams(0)),
                mistake("maxResetsPerMinute must be 1 or more", builder -> builder.maxResetsPerMinute(0)),
                mistake("maxControlFramesPerMinute must be 1 or", builder -> builder.maxControlFramesPerMinute(0)),
                mistake("pingInterval must be longer", builder -> builder.pingInterval(Duration.ZERO)),
                mistake("pingTimeout must be longer", builder -> builder.pingTimeout(Duration.ofMillis(-1))));
    }

    private static Arguments mistake(String message, Consumer<DuplexServer.Builder> made) {
        return Arguments.of(message, made);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void anOptionThatMakesNoSenseIsRefusedByName(String message, Consumer<DuplexServer.Builder> made) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    DuplexServer.Builder builder = DuplexServer.builder();
                    made.accept(builder);
                    builder.build();
                })
                .withMessageStartingWith(message);
    }
}
