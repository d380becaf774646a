package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Methods;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a duplex of dialect 2 holds, and that it holds up nobody else. */
class ResumableBoundsTest {
    private static final int WINDOW = 64 * 1024;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anApplicationThatNeverReadsDoesNotHoldUpAnotherDuplexOfTheConnection(boolean streaming) throws IOException {
        byte[] sent = bytes(1_000_000);
        try (TestServer server = TestServer.start(duplex -> {
                    if (duplex.request().header("echo") != null) {
                        TestServer.echo(duplex);
                    }
                });
                Http2Client client = Http2Client.connect(Transport.HTTP2_TLS, server)) {
            Resumable stuck = Resumable.open(client);
            InputStream input = server.duplex().inputStream();
            byte[] full = Frames.data(0, bytes(WINDOW));
            if (streaming) {
                client.send("POST", true, Resumable.headers("http2-duplex-id", stuck.id()))
                        .write(full);
            } else {
                for (int i = 3; i >= 0; i--) { // out of order, which needs no more room
                    byte[] part = Arrays.copyOfRange(bytes(WINDOW), i * WINDOW / 4, (i + 1) * WINDOW / 4);
                    assertThat(Resumable.post(client, stuck.id(), Frames.data((long) i * WINDOW / 4, part))
                                    .status())
                            .isEqualTo(204);
                }
            }
            Await.until("the window is full", () -> UploadsTest.available(input) == WINDOW);

            Resumable other = Resumable.open(client, "echo", "true");
            other.core.write(sent);
            assertThat(other.read(sent.length)).isEqualTo(sent);

            assertThat(input.available()).isEqualTo(WINDOW);
            assertThat(input.readNBytes(WINDOW)).isEqualTo(bytes(WINDOW));
            awaitLimit(stuck.download(), WINDOW + 100);
            assertThat(Resumable.post(client, stuck.id(), Frames.data(WINDOW, bytes(100)))
                            .status())
                    .isEqualTo(204);
            assertThat(input.readNBytes(100)).isEqualTo(bytes(100));
        }
    }

    /** Reads on until the client was told that it may send up to that offset. */
    private static void awaitLimit(Request download, long limit) {
        Frames.Frame frame;
        do {
            frame = Frames.next(download);
        } while (frame.type() != Frames.WINDOW || frame.number(8) < limit);
    }

    @ParameterizedTest
    @EnumSource
    void windowsGrowWithUseAndGiveAllBack(Transport transport) throws IOException {
        byte[] sent = bytes(3_000_000);
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.core.write(sent);
            assertThat(resumable.read(sent.length)).isEqualTo(sent);
            assertThat(server.handler().memoryUsed()).isPositive();
            resumable.end();
            server.awaitNoSessions();
            assertThat(server.handler().memoryUsed()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutABudgetTheWindowsStayAsTheyAre(Transport transport) throws IOException {
        byte[] sent = bytes(1_000_000);
        try (TestServer server = TestServer.start(TestServer::echo, options -> options.memoryBudget(0));
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.core.write(sent);
            assertThat(resumable.read(sent.length)).isEqualTo(sent);
            assertThat(server.handler().memoryUsed()).isZero();
        }
    }

    @Test
    void aBufferThatBeginsLargerThanTheLargestWindowDoesNotLetTheOtherGrow() throws IOException {
        byte[] sent = bytes(1_000_000);
        try (TestServer server = TestServer.start(
                        TestServer::echo, options -> options.maxWindow(WINDOW).downloadBufferSize(16 * WINDOW));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.core.write(sent);
            assertThat(resumable.read(sent.length)).isEqualTo(sent);
            assertThat(server.handler().memoryUsed()).isZero();
        }
    }

    @Test
    void theServerTakesNoMoreOfItsApplicationThanItsBufferWhileNobodyConfirms() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.maxWindow(WINDOW));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = Resumable.get(client, "http2-duplex-limit", "1000000000");
            Duplex duplex = server.duplex();
            Thread writer = new Thread(() -> {
                try (var output = duplex.outputStream()) {
                    for (int i = 0; i < 64; i++) {
                        output.write(bytes(10_000));
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            long received = 0;
            long asked = 0;
            while (received < 640_000) {
                Frames.Frame frame = Frames.next(download);
                if (frame.type() == Frames.DATA) {
                    received += frame.after(8).length;
                    assertThat(received - asked).isLessThanOrEqualTo(WINDOW);
                } else if (frame.type() == Frames.PING) {
                    asked = received;
                    assertThat(Resumable.post(
                                            client,
                                            download.id(),
                                            Frames.window(received, 1_000_000_000),
                                            Frames.pong(frame.payload().getInt(0)))
                                    .status())
                            .isEqualTo(204);
                }
            }
            assertThat(asked).as("it had to ask for confirmations").isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDetachedSessionHoldsNoExchange(Transport transport) throws IOException {
        Queue<WeakReference<HttpServerExchange>> exchanges = new ConcurrentLinkedQueue<>();
        try (TestServer server = TestServer.behind(
                duplexes -> exchange -> {
                    exchanges.add(new WeakReference<>(exchange));
                    duplexes.handleRequest(exchange);
                },
                options -> options.resumeTimeout(Duration.ofHours(1)))) {
            Client client = Client.connect(transport, server);
            Resumable resumable = Resumable.open(client);
            resumable.write(bytes(1000));
            assertThat(resumable.read(1000)).isEqualTo(bytes(1000));
            resumable.resume(client);
            client.close();
            // A timer of Undertow's may hold the last exchange of a connection for a minute after that was closed.
            Await.until("the exchanges are collected", Duration.ofMinutes(1), () -> {
                System.gc();
                return exchanges.stream().allMatch(exchange -> exchange.get() == null);
            });
            assertThat(server.handler().sessions()).isOne();
        }
    }

    /** A browser may keep a connection for hours, and answers a heartbeat by a request every 15 seconds. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP2_TLS", "HTTP2_CLEAR"})
    void aConnectionOfDuplexServerHoldsNoRequestThatHasEnded(Transport transport) throws IOException {
        Queue<WeakReference<HttpServerExchange>> posts = new ConcurrentLinkedQueue<>();
        try (TestServer server = TestServer.start(
                        TestServer::echo,
                        options -> options,
                        duplexes -> Listeners.own(exchange -> {
                            if (exchange.getRequestMethod().equals(Methods.POST)) {
                                posts.add(new WeakReference<>(exchange));
                            }
                            duplexes.handleRequest(exchange);
                        }));
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            for (int i = 0; i < 3; i++) {
                resumable.write(bytes(1000));
                assertThat(resumable.read(1000)).isEqualTo(bytes(1000));
            }
            assertThat(posts).hasSizeGreaterThanOrEqualTo(3);
            Await.until("the requests are collected", Duration.ofSeconds(20), () -> {
                System.gc();
                return posts.stream().allMatch(post -> post.get() == null);
            });
            assertThat(server.handler().sessions()).isOne();
        }
    }
}
