package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A browser that goes away without a word ends its duplex with an error, and leaves nothing behind. */
class VanishedBrowserTest {
    static void assertFailedWith(ErrorCode code, Duplex duplex) {
        assertThat(Await.failure(duplex.closed()))
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @EnumSource
    void anIdleDownloadWhoseConnectionIsClosedIsNoticed(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle)) {
            Client client = Client.connect(transport, server);
            client.open();
            Duplex duplex = server.duplex();
            client.close();
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP1_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aConnectionClosedAfterBytesOfAnotherRequestIsNoticed(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle)) {
            Client client = Client.connect(transport, server);
            Request download = client.open();
            download.write("POS".getBytes(StandardCharsets.US_ASCII));
            Duplex duplex = server.duplex();
            download.write("T /".getBytes(StandardCharsets.US_ASCII));
            client.close();
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP1_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aClientThatSendsWithoutEndBehindItsGetIsGivenUp(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            try {
                download.write(bytes(60_000));
            } catch (IOException e) {
                // The server closed the connection before everything was written: the rest of the test is about that.
            }
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void anIdleDownloadThatIsResetIsNoticedAndTheConnectionLivesOn(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request other = client.open();
            server.duplex();
            Request download = client.open();
            download.cut();
            assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
            assertThat(server.handler().sessions()).isOne();
            assertThat(client.post(other.id(), bytes(10)).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aGoAwayEndsEveryDuplexOfTheConnection(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Http2Client client = Http2Client.connect(transport, server)) {
            client.open();
            client.open();
            client.goAway();
            assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
            assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionClosedWithBytesInFlightIsNoticed(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(duplex -> {
                    while (true) {
                        duplex.outputStream().write(bytes(100_000));
                    }
                });
                ServerLog log = new ServerLog()) {
            Client client = Client.connect(transport, server);
            client.open().read(500_000);
            Duplex duplex = server.duplex();
            client.close();
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            server.awaitNoSessions();
            assertThat(log.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aDownloadResetWithBytesInFlightIsNoticed(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(duplex -> {
                    while (true) {
                        duplex.outputStream().write(bytes(100_000));
                    }
                });
                Http2Client client = Http2Client.withWindow(transport, server, 1 << 30)) {
            client.credit(0, 1 << 30);
            Request download = client.open();
            download.read(500_000);
            download.cut();
            assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
            server.awaitNoSessions();
        }
    }

    /**
     * Undertow gives no sign of a reset while a frame of the stream waits for flow control: it drops the stream, and
     * calls no listener until its own time limit of ten minutes.
     */
    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aDownloadResetWhileItWaitsForFlowControlIsNoticedAfterTheStallTimeout(Transport transport) throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::idle, options -> options.stallTimeout(Duration.ofMillis(300)));
                Http2Client client = Http2Client.withWindow(transport, server, 100)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(1000)));
            download.read(99);
            download.cut();
            assertFailedWith(ErrorCode.TIMED_OUT, duplex);
            server.awaitNoSessions();
            client.ping();
        }
    }

    /** The listener of {@code DuplexServer} sees the frame. */
    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void onTheOwnListenerItIsNoticedAtOnce(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, Listeners::own);
                Http2Client client = Http2Client.withWindow(transport, server, 100)) {
            Request download = client.open();
            Request upload = client.single(download.id());
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(1000)));
            download.read(99);
            download.cut();
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            assertThat(upload.status()).isEqualTo(410);
            server.awaitNoSessions();

            Request other = client.open();
            server.duplex().send(ByteBuffer.wrap(bytes(50)));
            assertThat(other.read(50)).isEqualTo(bytes(50));
            client.ping();
        }
    }

    @Test
    void aPageThatReadsNothingIsGivenUpAfterTheStallTimeout() throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::idle, options -> options.stallTimeout(Duration.ofMillis(300)));
                Http2Client client = Http2Client.withWindow(Transport.HTTP2_TLS, server, 100)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(1000)));
            assertFailedWith(ErrorCode.TIMED_OUT, duplex);
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.resetsReceived).hasValue(1);
        }
    }
}
