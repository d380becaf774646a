package io.http2duplex.wire;

import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which dialect a request speaks, and that it reaches no session of the other one. */
class NegotiationTest {
    private static final String UNKNOWN = "x".repeat(32);

    @ParameterizedTest
    @EnumSource
    void aClientThatAsksForDialect2GetsIt(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.heartbeat(Duration.ofSeconds(7)).resumeTimeout(Duration.ofSeconds(11)));
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client);

            assertThat(download.status()).isEqualTo(200);
            assertThat(download.header("http2-duplex-version")).isEqualTo("2");
            assertThat(download.id()).matches("[A-Za-z0-9_-]{32}");
            assertThat(download.header("access-control-expose-headers"))
                    .isEqualTo("http2-duplex-id, http2-duplex-version, http2-duplex-attach, http2-duplex-poll");
            assertThat(download.header("incremental")).isEqualTo("?1");
            assertThat(download.header("cache-control")).contains("private").contains("no-transform");
            Frames.Frame hello = Frames.next(download);
            assertThat(hello.type()).isEqualTo(Frames.HELLO);
            assertThat(hello.number(0)).as("both in milliseconds").isEqualTo(7000L << 32 | 11_000);
            Frames.Frame window = Frames.next(download);
            assertThat(window.type()).isEqualTo(Frames.WINDOW);
            assertThat(List.of(window.number(0), window.number(8))).isEqualTo(List.of(0L, 65_536L));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatAsksForNoneOrAnotherGetsDialect1(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            for (String[] headers : new String[][] {
                {},
                {"http2-duplex-version", "1"},
                {"http2-duplex-version", "3"},
                {"http2-duplex-version", "2.0"},
                {"http2-duplex-version", "2", "http2-duplex-version", "2"},
            }) {
                Request download = client.send("GET", false, headers);
                assertThat(download.status()).isEqualTo(200);
                assertThat(download.header("http2-duplex-version")).isNull();
                assertThat(download.header("access-control-expose-headers")).isEqualTo("http2-duplex-id");
                download.read(1);
                assertThat(client.post(download.id(), bytes(10)).status()).isEqualTo(200);
                assertThat(download.read(10)).isEqualTo(bytes(10));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestsOfTheOtherDialectAreRefusedAndDoNotTouchTheSession(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request plain = client.open();
            Resumable resumable = Resumable.open(client);

            assertRefused(Resumable.post(client, plain.id(), Frames.data(0, bytes(10))), 400, "bad-headers");
            assertRefused(Resumable.attach(client, plain.id(), 1, 0), 400, "bad-headers");
            assertRefused(client.post(resumable.id(), bytes(10)), 400, "bad-headers");
            assertRefused(client.destroy(resumable.id()), 400, "bad-headers");
            assertRefused(client.send("GET", false, "http2-duplex-id", resumable.id()), 400, "bad-headers");
            assertRefused(client.post(resumable.id(), bytes(10), "http2-duplex-version", "3"), 400, "bad-headers");

            assertThat(client.post(plain.id(), bytes(20)).status()).isEqualTo(200);
            assertThat(plain.read(20)).isEqualTo(bytes(20));
            resumable.write(bytes(30));
            assertThat(resumable.read(30)).isEqualTo(bytes(30));
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbersThatAreMalformedAreRefused(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            String id = resumable.id();
            for (String number : List.of(
                    "", "-1", "+1", "1.0", "1e3", "0x10", "hostile", "9007199254740992", "99999999999999999999")) {
                assertRefused(Resumable.get(client, "http2-duplex-limit", number), 400, "bad-headers");
                assertRefused(
                        Resumable.get(
                                client,
                                "http2-duplex-id",
                                id,
                                "http2-duplex-attach",
                                number,
                                "http2-duplex-offset",
                                "0"),
                        400,
                        "bad-headers");
                assertRefused(
                        Resumable.get(
                                client,
                                "http2-duplex-id",
                                id,
                                "http2-duplex-attach",
                                "1",
                                "http2-duplex-offset",
                                number),
                        400,
                        "bad-headers");
                assertRefused(Resumable.attach(client, id, 1, 0, "http2-duplex-limit", number), 400, "bad-headers");
            }
            assertRefused(Resumable.attach(client, id, 0, 0), 400, "bad-headers");
            assertRefused(Resumable.get(client, "http2-duplex-id", id), 400, "bad-headers");
            assertRefused(Resumable.get(client, "http2-duplex-id", "hostile"), 400, "malformed-id");

            resumable.write(bytes(30));
            assertThat(resumable.read(30)).isEqualTo(bytes(30));
            assertThat(server.handler().sessions()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionThatNeverWasIsUnknown(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            assertRefused(Resumable.post(client, UNKNOWN, Frames.ping(1)), 404, "unknown-session");
            assertRefused(Resumable.attach(client, UNKNOWN, 1, 0), 404, "unknown-session");
            assertRefused(
                    client.send("POST", true, Resumable.headers())
                            .write(bytes(10))
                            .end(),
                    400,
                    "missing-id");
        }
    }

    @Test
    void theLimitOfTheOpeningGetHoldsForTheDownload() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = Resumable.get(client, "http2-duplex-limit", "100");
            Duplex duplex = server.duplex();
            Await.result(duplex.send(ByteBuffer.wrap(bytes(50))));
            duplex.send(ByteBuffer.wrap(bytes(150)));

            assertThat(Frames.next(download, Frames.DATA).after(8)).hasSize(50);
            assertThat(Frames.next(download, Frames.DATA).after(8)).hasSize(50);
            assertThat(Resumable.post(client, download.id(), Frames.window(100, 1000))
                            .status())
                    .isEqualTo(204);
            assertThat(Frames.next(download, Frames.DATA).after(8)).hasSize(100);
        }
    }
}
