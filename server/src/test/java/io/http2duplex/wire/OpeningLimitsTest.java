package io.http2duplex.wire;

import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on opening duplexes, on a real server. */
class OpeningLimitsTest {
    private static void assertRefusedForNow(Request get, int status, String type) {
        assertRefused(get, status, type);
        assertThat(Integer.parseInt(String.valueOf(get.header("retry-after")))).isPositive();
        assertThat(get.header("http2-duplex-id")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aSessionTooManyIsRefusedUntilAnotherHasEnded(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo, options -> options.maxSessions(1));
                Client client = Client.connect(transport, server)) {
            Request only = client.open();
            assertRefusedForNow(client.send("GET", false), 503, "too-many-sessions");
            assertRefusedForNow(Resumable.get(client), 503, "too-many-sessions");

            assertThat(client.post(only.id(), bytes(10)).status()).isEqualTo(200);
            assertThat(only.read(10)).isEqualTo(bytes(10));
            client.end(only.id());
            only.readToEnd();
            server.awaitNoSessions();

            Resumable next = Resumable.open(client);
            assertRefusedForNow(client.send("GET", false), 503, "too-many-sessions");
            next.end();
            server.awaitNoSessions();
            client.open();
        }
    }

    @Test
    void aDetachedSessionKeepsItsPlaceAndResumingNeedsNone() throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::echo,
                        options -> options.maxSessions(1)
                                .maxSessionsPerConnection(1)
                                .maxOpensPerMinute(3));
                Client first = Client.connect(Transport.HTTP2_TLS, server);
                Client second = Client.connect(Transport.HTTP2_TLS, server)) {
            Resumable duplex = Resumable.open(first);
            duplex.write(bytes(5)); // a client that goes before it was heard from has aborted the opening
            assertThat(duplex.read(5)).isEqualTo(bytes(5));
            duplex.download().cut();
            assertRefusedForNow(Resumable.get(second), 503, "too-many-sessions");
            for (int i = 0; i < 5; i++) {
                duplex.resume(second);
            }
            duplex.write(bytes(10));
            assertThat(duplex.read(10)).isEqualTo(bytes(10));
        }
    }

    @Test
    void aConnectionHasItsShare() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.maxSessionsPerConnection(2));
                Client greedy = Client.connect(Transport.HTTP2_TLS, server);
                Client other = Client.connect(Transport.HTTP2_TLS, server)) {
            greedy.open();
            Resumable.open(greedy);
            assertRefusedForNow(greedy.send("GET", false), 429, "too-many-sessions-of-connection");
            other.open();
        }
    }

    @Test
    void anAddressHasItsShareAndBehindAProxyItIsTheOneThatTheProxyTells() throws IOException {
        try (TestServer server =
                        TestServer.behind(OpeningLimitsTest::addressOf, options -> options.maxSessionsPerAddress(1));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            assertThat(client.send("GET", false, "x-address", "10.0.0.1").status())
                    .isEqualTo(200);
            assertRefusedForNow(
                    client.send("GET", false, "x-address", "10.0.0.1"), 429, "too-many-sessions-of-address");
            assertThat(client.send("GET", false, "x-address", "10.0.0.2").status())
                    .isEqualTo(200);
        }
    }

    private static HttpHandler addressOf(HttpHandler next) {
        return exchange -> {
            String address = exchange.getRequestHeaders().getFirst("x-address");
            exchange.setSourceAddress(new InetSocketAddress(InetAddress.getByName(address), 1));
            next.handleRequest(exchange);
        };
    }

    @Test
    void anAddressThatOpensTooFastIsRefused() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.maxOpensPerMinute(2));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            client.open();
            client.open();
            Request third = client.send("GET", false);
            assertRefused(third, 429, "too-many-opens");
            assertThat(Integer.parseInt(String.valueOf(third.header("retry-after"))))
                    .isBetween(1, 30);
        }
    }

    /** Ends thousands in every way, many more than there is room for at once. */
    @Test
    void howeverSessionsEndTheirPlacesAreFree() throws IOException {
        int places = 20;
        AtomicInteger count = new AtomicInteger();
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(
                        OpeningLimitsTest::endSomehow,
                        options -> options.maxSessions(places)
                                .maxSessionsPerAddress(places)
                                .maxOpensPerMinute(Integer.MAX_VALUE)
                                .resumeTimeout(Duration.ofMillis(1))
                                .lingerTimeout(Duration.ofMillis(1))
                                .executor(task -> {
                                    if (count.incrementAndGet() % 10 == 0) {
                                        throw new RejectedExecutionException("full");
                                    }
                                    task.run();
                                }))) {
            for (int round = 0; round < 100; round++) {
                try (Client client =
                        Client.connect(round % 10 == 0 ? Transport.HTTP2_TLS : Transport.HTTP2_CLEAR, server)) {
                    for (int i = 0; i < places; i++) {
                        openAndLeave(client, i);
                    }
                }
                server.awaitNoSessions();
            }
            try (Client client = Client.connect(Transport.HTTP2_CLEAR, server)) {
                for (int i = 0; i < places; ) {
                    if (client.send("GET", false, "ending", "3").status() == 200) {
                        i++;
                    }
                }
                assertRefusedForNow(client.send("GET", false, "ending", "3"), 503, "too-many-sessions");
            }
            assertThat(log.warnings()).isNotEmpty();
        }
    }

    private static void openAndLeave(Client client, int i) throws IOException {
        String ending = "" + i % 5;
        if (i % 2 == 0) {
            Request download = client.send("GET", false, "ending", ending);
            if (i % 3 == 0) {
                download.cut();
            } else if (download.status() == 200 && i % 5 == 4) {
                client.destroy(download.id());
            }
        } else {
            Request download = Resumable.get(client, "ending", ending);
            if (i % 3 == 0) {
                download.cut();
            }
        }
    }

    private static void endSomehow(Duplex duplex) {
        switch (String.valueOf(duplex.request().header("ending"))) {
            case "0" -> duplex.reset();
            case "1" -> throw new IllegalStateException("as the test wants it");
            case "2" -> duplex.end();
            default -> TestServer.echo(duplex);
        }
    }
}
