package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application may do wrong with a {@link DuplexServer}: it is told, or served, and nobody else suffers. */
@Timeout(60)
class MisuseTest {
    /** The longest that there is. */
    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    private static Http2Client connect(DuplexServer server, boolean tls) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), tls ? TestServer.trust() : null, "h2"), "/");
        Await.result(client.settings);
        return client;
    }

    private static void echoes(Http2Client client) throws IOException {
        Resumable duplex = Resumable.open(client);
        duplex.write(new byte[] {1, 2, 3});
        assertThat(duplex.read(3)).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timesMayBeForEver(boolean tls) throws IOException {
        DuplexHandler handler = DuplexHandler.builder(TestServer::echo)
                .lingerTimeout(FOREVER)
                .stallTimeout(FOREVER)
                .bodyTimeout(FOREVER)
                .resumeTimeout(FOREVER)
                .heartbeat(FOREVER)
                .maxDownloadLife(FOREVER)
                .authorizeTimeout(FOREVER)
                .idleTimeout(FOREVER)
                .maxLife(FOREVER)
                .build();
        DuplexServer.Builder builder = DuplexServer.builder()
                .handle("/", handler)
                .handshakeTimeout(FOREVER)
                .firstRequestTimeout(FOREVER)
                .idleTimeout(FOREVER)
                .responseTimeout(FOREVER)
                .pingInterval(FOREVER)
                .pingTimeout(FOREVER)
                .tlsReloadInterval(FOREVER);
        if (tls) {
            builder.tls(TestServer::tls, TestServer.certificates().certificateChain());
        }
        try (DuplexServer server = builder.build()) {
            server.start();
            try (Http2Client client = connect(server, tls)) {
                echoes(client);
            }
            try (Http1Client client = new Http1Client(server.port(), tls ? TestServer.trust() : null, "/")) {
                assertThat(client.send("GET", false).status()).isEqualTo(200);
            }
            server.shutdown(Duration.ofMillis(10));
        }
    }

    @Test
    void aServerMayHaveForEverToShutDownOrLessThanNoTime() {
        for (Duration grace : new Duration[] {FOREVER, FOREVER.negated(), Duration.ofSeconds(Long.MIN_VALUE)}) {
            DuplexServer server = DuplexServer.builder().build();
            server.start();
            int port = server.port();
            server.shutdown(grace);
            isFree(port);
        }
    }

    @Test
    void aShutdownWithoutATimeIsRefusedAndTheServerGoesOn() throws IOException {
        DuplexServer server = DuplexServer.builder()
                .handle("/", DuplexHandler.builder(TestServer::echo).build())
                .build();
        server.start();
        int port = server.port();
        try (Http2Client client = connect(server, false)) {
            assertThatNullPointerException()
                    .isThrownBy(() -> server.shutdown(nothing()))
                    .withMessageContaining("grace");
            echoes(client);
        }
        server.close();
        isFree(port);
    }

    /** {@return null, whatever the type} */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    private static void isFree(int port) {
        DuplexServer next = DuplexServer.builder().port(port).build();
        next.start();
        next.close();
    }

    @Test
    void anErrorOfAHandlerThatIsClosedKeepsNothingOpen() {
        record Broken() implements HttpHandler, AutoCloseable {
            @Override
            public void handleRequest(HttpServerExchange exchange) {
                exchange.endExchange();
            }

            @Override
            public void close() {
                throw new AssertionError("It is broken");
            }
        }
        CompletableFuture<Void> closed = new CompletableFuture<>();
        record Good(CompletableFuture<Void> closed) implements HttpHandler, AutoCloseable {
            @Override
            public void handleRequest(HttpServerExchange exchange) {
                exchange.endExchange();
            }

            @Override
            public void close() {
                closed.complete(null);
            }
        }
        DuplexServer server = DuplexServer.builder()
                .handle("/broken", new Broken())
                .handle("/good", new Good(closed))
                .build();
        server.start();
        int port = server.port();
        try (ServerLog log = new ServerLog()) {
            server.close();
            assertThat(log.warnings()).singleElement().asString().contains("could not be closed", "It is broken");
        }
        assertThat(closed).isDone();
        isFree(port);
    }

    static Stream<Consumer<DuplexServer.Builder>> withoutTimes() {
        return Stream.of(
                options -> options.handshakeTimeout(nothing()),
                options -> options.firstRequestTimeout(nothing()),
                options -> options.idleTimeout(nothing()),
                options -> options.responseTimeout(nothing()),
                options -> options.pingInterval(nothing()),
                options -> options.pingTimeout(nothing()),
                options -> options.tlsReloadInterval(nothing()),
                options -> options.wrap(nothing()),
                options -> options.handle(nothing(), exchange -> {}));
    }

    @ParameterizedTest
    @MethodSource("withoutTimes")
    void anOptionWithoutItsValueIsRefusedByName(Consumer<DuplexServer.Builder> option) {
        assertThatNullPointerException()
                .isThrownBy(() -> option.accept(DuplexServer.builder()))
                .withMessageMatching("(handshakeTimeout|firstRequestTimeout|idleTimeout|responseTimeout|pingInterval"
                        + "|pingTimeout|tlsReloadInterval|path) must not be null|outer");
    }

    /** An interrupt that stays makes the next use of any socket close it. */
    @Test
    void userCodeThatInterruptsTheThreadThatItRunsOnHurtsNoOtherConnection() throws IOException {
        DuplexHandler interrupting = DuplexHandler.builder(duplex -> {
                    Thread.currentThread().interrupt();
                    TestServer.echo(duplex);
                })
                .executor(Runnable::run)
                .build();
        CompletableFuture<Duplex> other = new CompletableFuture<>();
        DuplexHandler idle = DuplexHandler.builder(other::complete).build();
        try (DuplexServer server = DuplexServer.builder()
                .handle("/interrupts", interrupting)
                .handle("/", idle)
                .build()) {
            server.start();
            try (Http2Client client = connect(server, false)) {
                Resumable duplex = Resumable.open(client);
                Duplex opened = Await.result(other);
                for (int i = 0; i < 20; i++) {
                    try (Http2Client bad = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/interrupts")) {
                        Await.result(bad.settings);
                        echoes(bad);
                    }
                }
                opened.put(ByteBuffer.wrap(new byte[] {7}));
                assertThat(duplex.read(1)).containsExactly(7);
                client.ping();
            }
        }
    }
}
