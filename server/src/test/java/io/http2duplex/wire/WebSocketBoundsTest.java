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
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.wire.WebSocketClient.Close;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of the bounds of WebSockets: how many, how much, and how long. */
class WebSocketBoundsTest {
    private static final Close TOO_MANY = new Close(4503, "too-many-sockets");

    @Test
    void socketsWithoutASessionAreBoundedInNumber() throws IOException {
        List<WebSocketClient> waiting = new ArrayList<>();
        try (TestServer server = echo();
                Client client = http2(server)) {
            for (int i = 0; i < 100; i++) {
                WebSocketClient socket = socket(server);
                waiting.add(socket);
                assertAnswersPing(socket); // now it counts: the answer to the upgrade comes before that
            }
            try (WebSocketClient one = socket(server)) {
                assertThat(one.awaitClose()).isEqualTo(TOO_MANY);
            }
            Resumable resumable = Resumable.open(client);
            resumable.move(waiting.remove(0)); // which makes room
            assertEchoes(resumable, 10);
            try (WebSocketClient one = socket(server)) {
                assertAnswersPing(one);
            }
        } finally {
            for (WebSocketClient socket : waiting) {
                socket.close();
            }
        }
    }

    private static void assertAnswersPing(WebSocketClient socket) throws IOException {
        socket.send(Frames.ping(1));
        assertThat(socket.read(8)).isEqualTo(Frames.pong(1));
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
}
