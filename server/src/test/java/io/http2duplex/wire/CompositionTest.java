package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.FlushingHandler;
import io.http2duplex.wire.TestServer.Around;
import io.undertow.Handlers;
import io.undertow.security.api.AuthenticationMode;
import io.undertow.security.handlers.AuthenticationCallHandler;
import io.undertow.security.handlers.AuthenticationConstraintHandler;
import io.undertow.security.handlers.AuthenticationMechanismsHandler;
import io.undertow.security.handlers.SecurityInitialHandler;
import io.undertow.security.idm.Account;
import io.undertow.security.idm.Credential;
import io.undertow.security.idm.IdentityManager;
import io.undertow.security.idm.PasswordCredential;
import io.undertow.security.impl.BasicAuthenticationMechanism;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.RequestBufferingHandler;
import io.undertow.server.handlers.accesslog.AccessLogHandler;
import io.undertow.server.handlers.encoding.ContentEncodingRepository;
import io.undertow.server.handlers.encoding.EncodingHandler;
import io.undertow.server.handlers.encoding.GzipEncodingProvider;
import io.undertow.server.handlers.proxy.LoadBalancingProxyClient;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The handler works wherever an Undertow handler goes. */
class CompositionTest {
    static Stream<Arguments> compositions() {
        List<Arguments> each = List.of(
                named("blocking", BlockingHandler::new),
                named("worker", duplexes -> exchange -> exchange.dispatch(duplexes)),
                named(
                        "gzip",
                        duplexes -> new EncodingHandler(
                                duplexes,
                                new ContentEncodingRepository()
                                        .addEncodingHandler("gzip", new GzipEncodingProvider(), 50))),
                named("request buffering", duplexes -> new RequestBufferingHandler(duplexes, 4)),
                named("path", duplexes -> Handlers.path().addExactPath("/duplex", duplexes)),
                named(
                        "routing",
                        duplexes -> Handlers.routing().get("/duplex", duplexes).post("/duplex", duplexes)),
                named("peer address", Handlers::proxyPeerAddress),
                named("graceful shutdown", Handlers::gracefulShutdown),
                named(
                        "blocking, gzip and buffering",
                        duplexes -> new BlockingHandler(new EncodingHandler(
                                new RequestBufferingHandler(duplexes, 4),
                                new ContentEncodingRepository()
                                        .addEncodingHandler("gzip", new GzipEncodingProvider(), 50)))));
        return each.stream()
                .flatMap(one -> Stream.of(Transport.HTTP2_TLS, Transport.HTTP1_CLEAR)
                        .map(transport -> Arguments.of(one.get()[0], one.get()[1], transport)));
    }

    private static Arguments named(String name, Around around) {
        return Arguments.of(name, around);
    }

    private static void assertEchoes(Client client, String... headers) throws IOException {
        Request download = client.send("GET", false, headers);
        download.read(1);
        assertThat(download.header("content-encoding")).isEqualTo("identity");
        for (int size : new int[] {1, 5, 1000, 100_000}) {
            String[] all = Stream.concat(
                            Stream.of(headers),
                            Stream.of("http2-duplex-id", download.id(), "content-length", "" + size))
                    .toArray(String[]::new);
            Request upload = client.send("POST", true, all).write(bytes(size)).end();
            assertThat(upload.status()).as("%s bytes: %s", size, upload).isEqualTo(200);
            assertThat(download.read(size)).isEqualTo(bytes(size));
        }
        String[] all = Stream.concat(
                        Stream.of(headers),
                        Stream.of("http2-duplex-id", download.id(), "http2-duplex-end", "true", "content-length", "0"))
                .toArray(String[]::new);
        assertThat(client.send("POST", true, all).end().status()).isEqualTo(200);
        assertThat(download.readToEnd()).isEmpty();
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("compositions")
    void anEchoWorksBehindOtherHandlers(String name, Around around, Transport transport) throws IOException {
        try (TestServer server = TestServer.behind(around);
                ServerLog log = new ServerLog();
                Client client = Client.connect(transport, server)) {
            assertEchoes(client, "accept-encoding", "gzip");
            server.awaitNoSessions();

            // refused while the body is still coming, and with the download broken off
            Request download = client.open();
            Request unknown =
                    client.send("POST", true, "http2-duplex-id", "x".repeat(32)).write(bytes(10));
            if (!name.contains("buffering")) {
                assertThat(unknown.status()).isEqualTo(404);
            }
            unknown.write(bytes(10)).end();
            assertThat(unknown.status()).isEqualTo(404);
            if (name.contains("buffering")) {
                client.destroy(download.id());
                assertThat(download.ending()).isEqualTo(Request.Ending.WHOLE);
            } else {
                Request single = client.single(download.id()).write(bytes(10));
                assertThat(download.read(10)).isEqualTo(bytes(10));
                assertThat(client.post(download.id(), bytes(10)).status()).isEqualTo(409);
                assertThat(single.status()).isEqualTo(410);
                assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            }
            server.awaitNoSessions();
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void theAccessLogTellsOfEachRequestOnceItIsOver() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.behind(duplexes ->
                        new AccessLogHandler(duplexes, lines::add, "%m %s", CompositionTest.class.getClassLoader()));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            client.end(download.id()).status();
            assertThat(lines.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("POST 200");
            assertThat(lines.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("GET 200");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void ofTheHeadOfADownloadThatHasGoneOutTheIdIsKept(Transport transport) throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        String format = "%m %{o,http2-duplex-id} %{o,Cache-Control}";
        try (TestServer server = TestServer.behind(duplexes ->
                        new AccessLogHandler(duplexes, lines::add, format, CompositionTest.class.getClassLoader()));
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            client.end(download.id()).status();
            // That of the POST may come before it, or behind it.
            String line = lines.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (line != null && line.startsWith("POST ")) {
                line = lines.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(line).isEqualTo("GET " + download.id() + " -");
        }
    }

    @Test
    void theApplicationSeesWhoWasAuthenticated() throws IOException {
        String authorization =
                "Basic " + Base64.getEncoder().encodeToString("anna:secret".getBytes(StandardCharsets.UTF_8));
        try (TestServer server = TestServer.behind(CompositionTest::withBasicAuthentication);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            assertThat(client.send("GET", false).status()).isEqualTo(401);
            assertEchoes(client, "authorization", authorization);
            assertThat(server.duplex().request().principal())
                    .isNotNull()
                    .extracting(Principal::getName)
                    .isEqualTo("anna");
        }
    }

    private static HttpHandler withBasicAuthentication(HttpHandler next) {
        HttpHandler required = new AuthenticationConstraintHandler(new AuthenticationCallHandler(next));
        HttpHandler mechanisms =
                new AuthenticationMechanismsHandler(required, List.of(new BasicAuthenticationMechanism("test")));
        return new SecurityInitialHandler(AuthenticationMode.PRO_ACTIVE, new OneAccount(), mechanisms);
    }

    private static HttpHandler proxyOf(TestServer backend) {
        return Handlers.proxyHandler(new LoadBalancingProxyClient()
                .addHost(URI.create("http://localhost:" + backend.port(false)))
                .setConnectionsPerThread(20));
    }

    /** To a browser over HTTP/1.1. Over HTTP/2 Undertow's proxy flushes only when it has 16 KB, or the end. */
    @Test
    void anEchoWorksBehindUndertowsOwnReverseProxyAndBytesComeAtOnce() throws IOException {
        try (TestServer backend = TestServer.start(TestServer::echo);
                TestServer front = TestServer.behind(duplexes -> proxyOf(backend));
                Client client = Client.connect(Transport.HTTP1_TLS, front)) {
            assertEchoes(client);
            backend.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anEchoWorksBehindAReverseProxyThatFlushes(Transport transport) throws IOException {
        try (TestServer backend = TestServer.start(TestServer::echo, options -> options, Listeners::own);
                TestServer front = TestServer.behind(duplexes -> new FlushingHandler(proxyOf(backend)));
                Client client = Client.connect(transport, front)) {
            assertEchoes(client);
            backend.awaitNoSessions();
        }
    }

    @Test
    void whatFlowControlHoldsUpInAProxyThatFlushesGoesOutLater() throws IOException {
        try (TestServer backend = TestServer.start(TestServer::idle, options -> options, Listeners::own);
                TestServer front = TestServer.behind(duplexes -> new FlushingHandler(proxyOf(backend)));
                Http2Client client = Http2Client.withWindow(Transport.HTTP2_TLS, front, 3)) {
            Http2Client.Http2Request download = client.send("GET", false);
            download.read(1);
            Await.result(backend.duplex().send(ByteBuffer.wrap(bytes(100))));
            assertThat(download.read(2)).hasSize(2);
            client.credit(download.stream, 10);
            assertThat(download.read(10)).hasSize(10);
            client.credit(download.stream, 1000);
            assertThat(download.read(88)).hasSize(88);
        }
    }

    /** The one who may come in. */
    private static final class OneAccount implements IdentityManager {
        private record Anna(Principal getPrincipal, Set<String> getRoles) implements Account {}

        @Override
        public Account verify(Account account) {
            return account;
        }

        @Override
        public @Nullable Account verify(String id, Credential credential) {
            return id.equals("anna")
                            && credential instanceof PasswordCredential given
                            && new String(given.getPassword()).equals("secret")
                    ? new Anna(() -> id, Set.of())
                    : null;
        }

        @Override
        public @Nullable Account verify(Credential credential) {
            return null;
        }
    }
}
