package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.wire.Request.Ending;
import io.http2duplex.wire.WebSocketClient.Close;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of duplexes that move to a WebSocket and back ({@code protocol.md}, section "WebSocket"). */
class WebSocketTest {
    private static final Close DONE = new Close(1000, "");
    private static final Close GOING_AWAY = new Close(1001, "");
    private static final Close MALFORMED = new Close(1002, "malformed-frame");
    private static final Close NOT_BINARY = new Close(1003, "");
    private static final Close UNKNOWN = new Close(4404, "unknown-session");
    private static final Close TOO_MANY = new Close(4503, "too-many-sockets");

    /** The listeners that there are. */
    enum Listener {
        OWN,
        STOCK;

        TestServer echo(UnaryOperator<DuplexHandler.Builder> options) {
            return TestServer.start(
                    TestServer::echo,
                    builder -> options.apply(builder.webSocket(true)),
                    this == OWN ? Listeners::own : Listeners::stock);
        }
    }

    private static TestServer echo() {
        return Listener.OWN.echo(options -> options);
    }

    private static TestServer idle(UnaryOperator<DuplexHandler.Builder> options) {
        return TestServer.start(TestServer::idle, builder -> options.apply(builder.webSocket(true)), Listeners::own);
    }

    private static Client http2(TestServer server) throws IOException {
        return Client.connect(Transport.HTTP2_CLEAR, server);
    }

    private static WebSocketClient socket(TestServer server) throws IOException {
        return WebSocketClient.open(server, false);
    }

    /** {@return a duplex of its own on that socket} */
    private static Resumable moved(Client client, WebSocketClient socket) throws IOException {
        Resumable resumable = Resumable.open(client);
        resumable.move(socket);
        return resumable;
    }

    private static void assertEchoes(Resumable resumable, int count) throws IOException {
        resumable.write(bytes(count));
        assertThat(resumable.read(count)).isEqualTo(bytes(count));
    }

    // ---- there and back

    @ParameterizedTest
    @EnumSource
    void aDuplexMovesToASocketAndBackAgainAndAgainWithCutsAndWithoutLoss(Listener listener) throws IOException {
        byte[] sent = bytes(4_000_000);
        Random random = new Random(1);
        try (TestServer server = listener.echo(options -> options);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.core.write(sent);
            int read = 0;
            for (int moves = 0; read < sent.length; moves++) {
                WebSocketClient socket = moves % 2 == 0 ? WebSocketClient.open(server, true) : null;
                if (socket != null) {
                    resumable.move(socket);
                } else {
                    resumable.resume(client);
                }
                byte[] part = resumable.readAtLeast(Math.min(sent.length - read, 1 + random.nextInt(200_000)));
                assertThat(part).isEqualTo(Arrays.copyOfRange(sent, read, read + part.length));
                read += part.length;
                if (socket != null && random.nextBoolean()) {
                    socket.close(); // in the middle of what it carries
                }
            }
            resumable.resume(client);
            resumable.end();

            Await.result(server.duplex().closed());
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSocketTakesThePlaceOfTheDownloadAndAGetThatOfTheSocket(Listener listener) throws IOException {
        try (TestServer server = listener.echo(options -> options);
                Client client = Client.connect(Transport.HTTP2_TLS, server);
                WebSocketClient socket = WebSocketClient.open(server, true)) {
            Resumable resumable = Resumable.open(client);
            Duplex duplex = server.duplex();
            Request first = resumable.download();
            resumable.move(socket);

            assertThat(first.ending()).isEqualTo(Ending.WHOLE);
            assertEchoes(resumable, 1_000);
            assertThat(duplex.downloadMode()).isEqualTo(DownloadMode.WEBSOCKET);
            assertThat(server.handler().statistics().modes()).containsEntry(DownloadMode.WEBSOCKET, 1);
            assertThat(resumable.core.ticket()).as("on a socket").isNull();

            resumable.resume(client);
            assertThat(socket.awaitClose()).isEqualTo(DONE);
            assertEchoes(resumable, 2_000);
            assertThat(duplex.downloadMode()).isEqualTo(DownloadMode.STREAMING);
            socket.sendClose(1000);
            socket.awaitEnd();
        }
    }

    @Test
    void anObserverIsToldOfEachMove() throws IOException {
        RecordedCalls observer = new RecordedCalls();
        try (TestServer server = Listener.OWN.echo(options -> options.observer(observer));
                Client client = http2(server)) {
            Resumable resumable = Resumable.open(client);
            try (WebSocketClient socket = socket(server)) {
                resumable.move(socket);
                assertEchoes(resumable, 10);
            }
            Await.until("it is detached", () -> observer.calls.size() == 3);
            resumable.resume(client);
            try (WebSocketClient socket = socket(server)) {
                resumable.move(socket);
                resumable.end();
                assertThat(socket.awaitClose()).isEqualTo(DONE);
            }
            Await.until("it has ended", () -> observer.calls.size() == 6);
        }
        assertThat(observer.calls)
                .containsExactly(
                        "attached STREAMING",
                        "attached WEBSOCKET",
                        "detached",
                        "resumed STREAMING",
                        "attached WEBSOCKET",
                        "ended null");
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 4000})
    void aSocketThatItsClientClosesDetachesTheSession(int code) throws IOException {
        try (TestServer server = echo();
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = moved(client, socket);
            assertEchoes(resumable, 10);
            socket.sendClose(code);
            assertThat(socket.awaitClose().code()).isEqualTo(code);
            socket.awaitEnd();

            Await.until("it is detached", () -> server.handler().statistics().detached() == 1);
            resumable.resume(client);
            assertEchoes(resumable, 20);
        }
    }

    @Test
    void messagesAreCutAnywhere() throws IOException {
        byte[] sent = bytes(3_000);
        Random random = new Random(2);
        try (TestServer server = echo();
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = Resumable.open(client);
            byte[] all = Frames.together(
                    Frames.ping(1),
                    Frames.frame(127, new byte[5_000]),
                    resumable.attachFrame(),
                    Frames.data(0, Arrays.copyOf(sent, 1_000)),
                    Frames.frame(9, new byte[3]), // skipped now, whatever its length
                    Frames.frame(127, new byte[0]),
                    Frames.data(1_000, Arrays.copyOfRange(sent, 1_000, 3_000)));
            int at = 0;
            while (at < all.length) {
                int count = Math.min(all.length - at, random.nextInt(400));
                byte[] piece = Arrays.copyOfRange(all, at, at + count);
                at += count;
                int half = piece.length / 2;
                if (random.nextBoolean()) { // fragments, with a ping between them
                    socket.frame(false, WebSocketClient.BINARY, Arrays.copyOf(piece, half));
                    socket.frame(true, WebSocketClient.PING, new byte[] {(byte) at});
                    socket.frame(false, 0, new byte[0]);
                    socket.frame(true, 0, Arrays.copyOfRange(piece, half, piece.length));
                } else {
                    socket.send(piece);
                }
            }
            resumable.moved(socket);
            assertThat(resumable.read(3_000)).isEqualTo(sent);
        }
    }

    @Test
    void aFrameMayHaveSixteenMegabytes() throws IOException {
        int count = (1 << 24) - 9;
        try (TestServer server = idle(options -> options.uploadBufferSize(1 << 24));
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            moved(client, socket);
            socket.send(Frames.data(0, bytes(count)));
            assertThat(server.duplex().inputStream().readNBytes(count)).isEqualTo(bytes(count));
        }
    }

    @Test
    void aProbeIsAnsweredBeforeAttachAndAPingBehindIt() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            socket.send(Frames.ping(1));
            assertThat(socket.read(8)).isEqualTo(Frames.pong(1));
            socket.send(Frames.together(Frames.frame(127, new byte[32 * 1024]), Frames.ping(2)));
            assertThat(socket.read(8)).isEqualTo(Frames.pong(2));
            socket.frame(true, WebSocketClient.PING, "hey".getBytes(StandardCharsets.UTF_8));
            assertThat(socket.awaitPong()).asString().isEqualTo("hey");
            moved(client, socket);
            socket.send(Frames.ping(3));
            assertThat(socket.read(12 + 20 + 20 + 8)) // HELLO, WINDOW; WINDOW, PONG
                    .endsWith(Frames.pong(3));
        }
    }

    @Test
    void aMessageIsOneFrame() throws IOException {
        try (TestServer server = idle(options -> options.downloadBufferSize(1 << 20));
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = Resumable.open(client);
            Duplex duplex = server.duplex();
            socket.send(Frames.together(resumable.attachFrame(), Frames.window(0, 1 << 20)));
            duplex.outputStream().write(bytes(1 << 20));
            int largest = 0;
            for (int read = 0; read < 1 << 20; ) {
                byte[] message = socket.receive();
                largest = Math.max(largest, message.length);
                read += message.length;
            }
            assertThat(largest).isEqualTo(64 * 1024);
        }
    }

    // ---- what is refused

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

    // ---- bounds

    @Test
    void socketsWithoutASessionAreBoundedInNumber() throws IOException {
        List<WebSocketClient> waiting = new ArrayList<>();
        try (TestServer server = echo();
                Client client = http2(server)) {
            for (int i = 0; i < 100; i++) {
                waiting.add(socket(server));
            }
            try (WebSocketClient one = socket(server)) {
                assertThat(one.awaitClose()).isEqualTo(TOO_MANY);
            }
            Resumable resumable = Resumable.open(client);
            resumable.move(waiting.remove(0)); // which makes room
            assertEchoes(resumable, 10);
            try (WebSocketClient one = socket(server)) {
                one.send(Frames.ping(1));
                assertThat(one.read(8)).isEqualTo(Frames.pong(1));
            }
        } finally {
            for (WebSocketClient socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void aClientThatSendsPingsAndReadsNothingCostsABoundedAmount() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            byte[] pings =
                    Frames.together(Collections.nCopies(1_000, Frames.ping(7)).toArray(byte[][]::new));
            for (int i = 0; i < 100; i++) {
                socket.send(pings);
            }
            Resumable resumable = moved(client, socket);
            for (int i = 0; i < 100; i++) {
                socket.send(pings);
                socket.frame(true, WebSocketClient.PING, new byte[100]);
            }
            resumable.write(bytes(1_000));
            assertThat(resumable.readAtLeast(1_000)).isEqualTo(bytes(1_000));
        }
    }

    @Test
    void aClientThatReadsNothingIsDetachedAfterTheStallTimeoutAndMayComeBack() throws IOException {
        try (TestServer server = idle(options -> options.stallTimeout(Duration.ofMillis(300)));
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = Resumable.open(client);
            byte[] attach = resumable.attachFrame();
            Duplex duplex = server.duplex();
            // A limit that the transport does not hold
            socket.send(Frames.together(attach, Frames.window(0, 1L << 30)));
            Thread writer = new Thread(() -> {
                try {
                    while (true) {
                        duplex.outputStream().write(bytes(100_000));
                    }
                } catch (IOException e) {
                    // the test is over
                }
            });
            writer.start();
            Await.until("it is detached", () -> server.handler().statistics().detached() == 1);
            assertThat(server.handler().statistics().download().buffered()).isLessThan(20 << 20);
            resumable.resume(client);
            // HELLO with a ticket, WINDOW, DATA
            assertThat(resumable.download().read(28 + 20 + 12 + 1_000)).endsWith(Arrays.copyOf(bytes(100_000), 1_000));
            duplex.reset();
        }
    }

    @Test
    void aClientThatGivesNoSignOfLifeIsDetachedAndPingsKeepASocketThatIsIdle() throws IOException {
        try (TestServer server = idle(options -> options.heartbeat(Duration.ofMillis(200)));
                Client client = http2(server);
                WebSocketClient socket = socket(server)) {
            Resumable resumable = moved(client, socket);
            while (resumable.core.pings() < 5) {
                resumable.post();
                resumable.pump();
            }
            Await.until("it is detached", () -> server.handler().statistics().detached() == 1);
            socket.awaitEnd();
        }
    }

    @Test
    void anIdleSocketOutlivesTheIdleTimeoutOfConnections() throws IOException {
        DuplexHandler handler = DuplexHandler.builder(TestServer::echo)
                .webSocket(true)
                .heartbeat(Duration.ZERO)
                .build();
        DuplexServer server = DuplexServer.builder()
                .handle("/duplex", handler)
                .idleTimeout(Duration.ofMillis(300))
                .firstRequestTimeout(Duration.ofMillis(300))
                .build();
        server.start();
        try (handler;
                server;
                Http1Client client = new Http1Client(server.port(), null, "/duplex");
                WebSocketClient socket = WebSocketClient.ask(server.port(), null, "/duplex");
                WebSocketClient idle = WebSocketClient.ask(server.port(), null, "/other", "Upgrade", "none")) {
            Resumable resumable = moved(client, socket);
            assertEchoes(resumable, 10);
            idle.awaitEnd(); // a connection that the timeout has ended
            assertEchoes(resumable, 20);
        }
    }

    // ---- the end

    @Test
    void aServerThatDrainsTellsItOnTheSocketAndASocketMayStillCome() throws IOException {
        try (TestServer server = echo();
                Client client = http2(server);
                WebSocketClient socket = socket(server);
                WebSocketClient second = socket(server)) {
            Resumable resumable = moved(client, socket);
            Resumable other = Resumable.open(client);
            assertEchoes(resumable, 10);
            server.handler().drain();
            while (resumable.core.drains() == 0) {
                resumable.pump();
            }
            other.move(second);
            assertEchoes(other, 10);
            assertEchoes(resumable, 10);
            resumable.end();
            assertThat(socket.awaitClose()).isEqualTo(DONE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatClosesResetsTheSessionsAndClosesTheSockets(Listener listener) throws IOException {
        try (TestServer server = listener.echo(options -> options);
                Client client = http2(server);
                WebSocketClient socket = socket(server);
                WebSocketClient waiting = socket(server)) {
            Resumable resumable = moved(client, socket);
            assertEchoes(resumable, 10);
            long begun = System.nanoTime();
            Await.result(server.handler().stop());
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));

            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.SHUT_DOWN.number());
            assertThat(socket.awaitClose()).isEqualTo(DONE);
            assertThat(waiting.awaitClose()).isEqualTo(GOING_AWAY);
            try (WebSocketClient late = socket(server)) {
                assertThat(late.awaitClose()).isEqualTo(GOING_AWAY);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatIsStoppedWithoutAWordEndsItsSessions(Listener listener) throws IOException {
        try (TestServer server = listener.echo(options -> options.resumeTimeout(Duration.ofMillis(1)));
                Client client = http2(server);
                WebSocketClient socket = socket(server);
                WebSocketClient waiting = socket(server)) {
            Resumable resumable = moved(client, socket);
            assertEchoes(resumable, 10);
            server.stopListening();
            server.awaitNoSessions();
            waiting.awaitEnd();
        }
    }
}
