package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static io.http2duplex.wire.WebSocketServers.assertEchoes;
import static io.http2duplex.wire.WebSocketServers.echo;
import static io.http2duplex.wire.WebSocketServers.http2;
import static io.http2duplex.wire.WebSocketServers.idle;
import static io.http2duplex.wire.WebSocketServers.moved;
import static io.http2duplex.wire.WebSocketServers.socket;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.wire.WebSocketClient.Close;
import io.http2duplex.wire.WebSocketServers.Listener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of what closes a WebSocket, or prevents it: tickets, texts, frames, requests ({@code protocol.md}). */
class WebSocketRefusalsTest {
    private static final Close DONE = new Close(1000, "");
    private static final Close MALFORMED = new Close(1002, "malformed-frame");
    private static final Close NOT_BINARY = new Close(1003, "");
    private static final Close UNKNOWN = new Close(4404, "unknown-session");

    @Test
    void aTicketIsGoodForOneSocketAndForTheNewestDownload() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server)) {
            Resumable resumable = Resumable.open(client);
            byte[] unused = resumable.attachFrame();
            resumable.resume(client);
            assertClosed(server, UNKNOWN, unused); // a later download has brought another

            assertClosed(server, UNKNOWN, resumable.core.attach(1_000, Ticket.next()));
            while (resumable.core.ticket() == null) {
                resumable.pump();
            }
            Ticket second = Objects.requireNonNull(resumable.core.ticket());
            assertClosed(server, new Close(4409, "stale-attach"), resumable.core.attach(1, second));
            byte[] far = Frames.attach(1_000, 1 << 20, 65_536, second);
            assertClosed(server, new Close(4409, "bad-offset"), far);
            try (WebSocketClient socket = socket(server)) { // the ticket is still good
                resumable.move(socket);
                assertEchoes(resumable, 10);
                assertClosed(server, UNKNOWN, resumable.core.attach(1_000, second));
                assertEchoes(resumable, 20);
            }
            assertClosed(server, UNKNOWN, resumable.core.attach(1_001, second));
            assertThat(server.handler().statistics().refused(ProblemType.UNKNOWN_SESSION))
                    .isEqualTo(4);
        }
    }

    @Test
    void theTicketOfASessionThatHasEndedIsUnknown() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server)) {
            Resumable resumable = Resumable.open(client);
            byte[] attach = resumable.attachFrame();
            resumable.end();
            server.awaitNoSessions();
            assertClosed(server, UNKNOWN, attach);
        }
    }

    @Test
    void whatIsNoAttachClosesTheSocketAndNothingElse() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server)) {
            Resumable resumable = Resumable.open(client);
            resumable.attachFrame();
            for (byte[] wrong : List.of(
                    Frames.data(0, bytes(10)),
                    Frames.data(0, new byte[0]),
                    Frames.window(0, 1),
                    Frames.pong(1),
                    Frames.end(0),
                    Frames.reset(1, ""),
                    Frames.frame(Frames.HELLO, new byte[8]),
                    Frames.frame(Frames.ATTACH, new byte[39]),
                    Frames.frame(Frames.ATTACH, new byte[1_025]),
                    Frames.frame(Frames.PING, new byte[1_025]))) {
                assertClosed(server, MALFORMED, wrong);
            }
            assertEchoes(resumable, 10);
        }
    }

    private static void assertClosed(TestServer server, Close expected, byte[] message) throws IOException {
        try (WebSocketClient socket = socket(server)) {
            socket.send(message);
            assertThat(socket.awaitClose()).isEqualTo(expected);
            socket.sendClose(expected.code());
            socket.awaitEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void textClosesTheSocketAndDetachesTheSession(boolean attached) throws IOException {
        try (TestServer server = echo();
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = Resumable.open(client);
            if (attached) {
                resumable.move(socket);
                assertEchoes(resumable, 10);
            }
            socket.frame(true, WebSocketClient.TEXT, "hello".getBytes(StandardCharsets.UTF_8));
            assertThat(socket.awaitClose()).isEqualTo(NOT_BINARY);
            if (attached) {
                resumable.resume(client);
            }
            assertEchoes(resumable, 10);
        }
    }

    @Test
    void framesOfWebSocketThatAreWrongCloseTheSocketAndDetachTheSession() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server)) {
            Resumable resumable = Resumable.open(client);
            for (byte[] wrong : List.of(
                    new byte[] {(byte) 0xC2, (byte) 0x80, 1, 2, 3, 4}, // a reserved bit: no extension was agreed on
                    new byte[] {(byte) 0x83, (byte) 0x80, 1, 2, 3, 4}, // an unknown opcode
                    new byte[] {0x09, (byte) 0x80, 1, 2, 3, 4}, // a ping that is cut
                    new byte[] {(byte) 0x89, (byte) 0xFE, 1, 0, 1, 2, 3, 4}, // a ping that is too long
                    new byte[] {(byte) 0x80, (byte) 0x80, 1, 2, 3, 4}, // the rest of no message
                    new byte[] {(byte) 0x82, -1, (byte) 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5}, // a length below 0
                    new byte[] {(byte) 0x82, -1, -1, -1, -1, -1, -1, -1, -1, -16, 1, 2, 3, 4, 5}, // another
                    new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0, 1})) { // a close with a code that is none
                try (WebSocketClient socket = socket(server)) {
                    resumable.move(socket);
                    assertEchoes(resumable, 10);
                    socket.write(wrong);
                    assertThat(socket.awaitClose()).isEqualTo(MALFORMED);
                    socket.awaitEnd();
                }
                resumable.resume(client);
                assertEchoes(resumable, 10);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatSendsOnBehindWhatIsWrongIsToldBeforeItsConnectionIsClosed(Listener listener) throws IOException {
        try (TestServer server = listener.echo(options -> options);
                Client client = Client.connect(Transport.HTTP2_TLS, server);
                WebSocketClient socket = WebSocketClient.open(server, true)) {
            Resumable resumable = moved(client, socket);
            assertEchoes(resumable, 10);
            socket.write(new byte[] {(byte) 0x83, (byte) 0x80, 1, 2, 3, 4});
            for (int i = 0; i < 50; i++) {
                socket.send(bytes(100_000));
            }
            assertThat(socket.awaitClose()).isEqualTo(MALFORMED);
            socket.awaitEnd();
        }
    }

    @Test
    void framesThatBreakTheRulesBehindAttachResetTheSession() throws IOException {
        try (TestServer server = idle(options -> options);
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = moved(client, socket);
            socket.send(Frames.data(1L << 40, bytes(1)));
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.PROTOCOL_ERROR.number());
            assertThat(socket.awaitClose()).isEqualTo(DONE);
            server.awaitNoSessions();
        }
    }

    @Test
    void aResetOfEitherSideIsToldOnTheSocket() throws IOException {
        try (TestServer server = idle(options -> options);
                Client client = http2(server)) {
            try (WebSocketClient socket = socket(server)) {
                Resumable resumable = moved(client, socket);
                resumable.pump();
                server.duplex().reset(4711, "had enough");
                assertThat(resumable.awaitReset()).isEqualTo(4711);
                assertThat(resumable.core.resetReason()).isEqualTo("had enough");
                assertThat(socket.awaitClose()).isEqualTo(DONE);
            }
            try (WebSocketClient socket = socket(server)) {
                moved(client, socket);
                Duplex duplex = server.duplex();
                socket.send(Frames.reset(4712, "me too"));
                assertThat(socket.awaitClose()).isEqualTo(DONE);
                assertThat(Await.failure(duplex.closed()))
                        .isInstanceOfSatisfying(
                                DuplexException.class,
                                failure -> assertThat(failure.number()).isEqualTo(4712));
            }
            server.awaitNoSessions();
        }
    }

    @Test
    void onlyAWholeRequestToUpgradeIsAnsweredWith101() throws IOException {
        try (TestServer server = echo()) {
            assertNoSocket(server, 400, "Upgrade", "h2c");
            assertNoSocket(server, 400, "Connection", "keep-alive");
            assertNoSocket(server, 400, "Sec-WebSocket-Version", "8");
            assertNoSocket(server, 400, "Sec-WebSocket-Protocol", "chat, http2-duplex.1");
            assertNoSocket(server, 403, "Origin", "https://example.com");
            assertNoSocket(server, 403, "Origin", "null");
            assertNoSocket(server, 403, "Sec-Fetch-Site", "cross-site");
            try (WebSocketClient asked = ask(
                    server,
                    "Origin",
                    "http://localhost:" + server.port(false),
                    "Connection",
                    "UPGRADE",
                    "Sec-WebSocket-Protocol",
                    "other",
                    "Sec-WebSocket-Protocol",
                    "another, http2-duplex.2")) {
                assertThat(asked.status()).isEqualTo(101);
                assertThat(asked.field("sec-websocket-protocol")).isEqualTo("http2-duplex.2");
                assertThat(asked.field("sec-websocket-accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            }
            assertThat(server.handler().statistics().dialect1().opened())
                    .as("what is left of one opens no duplex")
                    .isZero();
        }
    }

    @Test
    void withoutTheOptionThereAreNeitherSocketsNorTickets() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo, options -> options, Listeners::own);
                Client client = http2(server)) {
            assertNoSocket(server, 400);
            Frames.Frame hello = Frames.next(Resumable.get(client), Frames.HELLO);
            assertThat(hello.payload().limit()).isEqualTo(8);
        }
    }

    private static WebSocketClient ask(TestServer server, String... fields) throws IOException {
        return WebSocketClient.ask(server.port(false), null, server.path(), fields);
    }

    private static void assertNoSocket(TestServer server, int status, String... fields) throws IOException {
        try (WebSocketClient asked = ask(server, fields)) {
            assertThat(asked.status()).isEqualTo(status);
        }
    }
}
