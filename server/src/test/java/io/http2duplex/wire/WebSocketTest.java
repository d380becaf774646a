package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static io.http2duplex.wire.WebSocketServers.assertEchoes;
import static io.http2duplex.wire.WebSocketServers.echo;
import static io.http2duplex.wire.WebSocketServers.http2;
import static io.http2duplex.wire.WebSocketServers.idle;
import static io.http2duplex.wire.WebSocketServers.moved;
import static io.http2duplex.wire.WebSocketServers.socket;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Request.Ending;
import io.http2duplex.wire.WebSocketClient.Close;
import io.http2duplex.wire.WebSocketServers.Listener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of duplexes that move to a WebSocket and back ({@code protocol.md}, section "WebSocket"). */
class WebSocketTest {
    private static final Close DONE = new Close(1000, "");
    private static final Close GOING_AWAY = new Close(1001, "");

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
