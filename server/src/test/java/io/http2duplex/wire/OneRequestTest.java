package io.http2duplex.wire;

import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.wire.UploadsTest.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.ErrorCode;
import io.http2duplex.metrics.DuplexMetrics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.wire.Request.Ending;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PUT, whose two bodies are a duplex. */
@Timeout(60)
class OneRequestTest {
    private static final int MIB = 1024 * 1024;

    private final ServerLog log = new ServerLog();

    @AfterEach
    void nothingElseIsLogged() {
        log.close();
        assertThat(log.warnings()).allMatch(line -> line.contains("HTTP/1.0"));
    }

    private enum Server {
        OWN,
        STOCK;

        TestServer start(DuplexCallback callback) {
            return start(callback, options -> options);
        }

        TestServer start(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
            return TestServer.start(
                    callback,
                    builder -> options.apply(builder.oneRequest(true)),
                    this == OWN ? Listeners::own : Listeners::stock);
        }
    }

    static Stream<Arguments> everyWay() {
        return Stream.of(Server.values())
                .flatMap(server -> Stream.of(Transport.values()).map(transport -> Arguments.of(server, transport)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void whatIsTypedComesBackPieceByPiece(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            assertThat(put.status()).as("before a byte was sent").isEqualTo(200);
            assertThat(put.id()).hasSize(32);
            for (int i = 1; i < 50; i++) {
                put.write(bytes(i));
                assertThat(put.read(i)).isEqualTo(bytes(i));
            }
            put.end();
            assertThat(put.readToEnd()).isEmpty();
            Await.result(server.duplex().closed());
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aBodyOfKnownLengthEndsItself(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true, "content-length", "70000");
            put.write(bytes(30_000));
            assertThat(put.read(30_000)).isEqualTo(bytes(30_000));
            put.write(bytes(40_000));
            if (transport.http2) {
                put.end();
            }
            assertThat(put.readToEnd()).isEqualTo(bytes(40_000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void fiveMegabytesGoBothWays(Transport transport) throws Exception {
        byte[] sent = bytes(5 * MIB);
        try (TestServer server = Server.OWN.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            put.write(sent).end();
            assertThat(put.readToEnd()).isEqualTo(sent);
        }
    }

    /** The carriers of an I/O thread share a buffer, and the application gets it if much of it is full. */
    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"HTTP2_TLS", "HTTP2_CLEAR"}) // where one connection, and so one thread, has both duplexes
    void anArrayThatTheApplicationGetsHasNothingOfAnother(Transport transport) throws Exception {
        byte[] secret = new byte[40_000];
        Arrays.fill(secret, (byte) 'S');
        CompletableFuture<Integer> foreign = new CompletableFuture<>();
        DuplexCallback application = duplex -> {
            ArrayReader reader = new ArrayReader(duplex);
            duplex.input().subscribe(reader);
            duplex.closed().thenRun(() -> foreign.complete(reader.foreign)); // the one that ends
        };
        try (TestServer server = Server.OWN.start(application);
                Client client = Client.connect(transport, server)) {
            Resumable other = Resumable.open(client);
            assertThat(Resumable.post(client, other.id(), Frames.data(0, secret))
                            .status())
                    .isEqualTo(204);
            client.send("PUT", true).write(bytes(9_000)).end().readToEnd();
            assertThat(Await.result(foreign)).isZero();
        }
    }

    /** Counts the bytes behind what it gets, and ends its side when the client does. */
    private static final class ArrayReader implements Flow.Subscriber<ByteBuffer> {
        private final Duplex duplex;
        private int foreign;

        ArrayReader(Duplex duplex) {
            this.duplex = duplex;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            byte[] array = bytes.array();
            for (int i = bytes.arrayOffset() + bytes.limit(); i < array.length; i++) {
                foreign += array[i] == 0 ? 0 : 1;
            }
        }

        @Override
        public void onError(Throwable failure) {
            duplex.reset();
        }

        @Override
        public void onComplete() {
            duplex.end();
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void anExpectationIsMetBeforeTheHead(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true, "expect", "100-continue");
            assertThat(put.status()).isEqualTo(200);
            assertThat(put.isContinued()).as("100 came first").isTrue();
            put.write(bytes(10));
            assertThat(put.read(10)).isEqualTo(bytes(10));
            put.end();
            assertThat(put.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aServerThatEndsFirstLosesNoByteAndReadsOn(Server kind, Transport transport) throws Exception {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        DuplexCallback application = duplex -> {
            try (OutputStream output = duplex.outputStream()) {
                output.write(bytes(300_000));
            }
            read.complete(duplex.inputStream().readAllBytes());
        };
        try (TestServer server = kind.start(application);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            assertThat(put.readToEnd()).isEqualTo(bytes(300_000));
            put.write(bytes(100_000)).end();
            Await.result(server.duplex().closed());
            assertThat(Await.result(read)).isEqualTo(bytes(100_000));
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aServerThatWantsNoMoreTellsAnHttp2ClientWithNoErrorAndLosesNoByte(Server kind, Transport transport)
            throws Exception {
        DuplexCallback application = duplex -> {
            duplex.inputStream().close();
            try (OutputStream output = duplex.outputStream()) {
                output.write(bytes(300_000));
            }
        };
        try (TestServer server = kind.start(application);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            put.write(bytes(1_000));
            assertThat(put.readToEnd()).isEqualTo(bytes(300_000));
            Await.result(server.duplex().closed());
            server.awaitNoSessions();
            if (kind == Server.OWN && client instanceof Http2Client http2) {
                Await.until("the stream is reset", () -> !http2.resetCodes.isEmpty());
                assertThat(http2.resetCodes).as("NO_ERROR").containsExactly(0);
            } else {
                put.write(bytes(1_000)).end(); // which is dropped
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aResetOfTheApplicationBreaksTheResponseOff(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            assertThat(put.status()).isEqualTo(200);
            Duplex duplex = server.duplex();
            put.write(bytes(10));
            assertThat(duplex.inputStream().readNBytes(10)).hasSize(10);

            duplex.reset(1000, "enough");

            assertThat(put.ending()).isEqualTo(Ending.BROKEN_OFF);
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aClientThatCutsItsRequestIsLost(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            put.write(bytes(10));
            put.read(10);

            put.cut();

            assertFailed(server.duplex().closed(), ErrorCode.CONNECTION_LOST, 4);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aClientThatGoesAfterItHasEndedItsSideIsLost(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            put.write(bytes(10)).end();
            Duplex duplex = server.duplex();
            assertThat(duplex.inputStream().readAllBytes()).hasSize(10);
            duplex.outputStream().write(bytes(10));
            put.read(10);

            put.cut();

            assertFailed(duplex.closed(), ErrorCode.CONNECTION_LOST, 4);
            server.awaitNoSessions();
        }
    }

    private static void endsFirst(Duplex duplex) throws IOException {
        duplex.end();
        duplex.inputStream().readAllBytes();
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aClientThatCutsItsRequestAfterTheServersEndIsLost(Server kind, Transport transport) throws Exception {
        for (String[] length : new String[][] {{}, {"content-length", "100"}}) {
            try (TestServer server = kind.start(OneRequestTest::endsFirst);
                    Client client = Client.connect(transport, server)) {
                Request put = client.send("PUT", true, length);
                put.write(bytes(10));
                assertThat(put.readToEnd()).isEmpty();

                put.cut();

                assertFailed(server.duplex().closed(), ErrorCode.CONNECTION_LOST, 4);
                server.awaitNoSessions();
            }
        }
    }

    @Test
    void aBodyThatIsBadlyFramedAfterTheServersEndIsLost() throws Exception {
        try (TestServer server = Server.OWN.start(OneRequestTest::endsFirst);
                Http1Connection client = new Http1Connection(server)) {
            client.send("PUT /duplex HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200");

            client.send("3\r\nabcdef\r\n");

            assertFailed(server.duplex().closed(), ErrorCode.CONNECTION_LOST, 4);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationThatDoesNotReadHoldsUpTheClientAndNobodyElse(Transport transport) throws Exception {
        try (TestServer server = Server.OWN.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request held = client.send("PUT", true);
            assertThat(held.status()).isEqualTo(200);
            Duplex unread = server.duplex();
            byte[] sent = bytes(24 * MIB);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    held.write(sent).end();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            Request other = client.send("PUT", true);
            other.write(bytes(100));
            assertThat(server.duplex().inputStream().readNBytes(100)).isEqualTo(bytes(100));
            assertThat(writing).isNotDone();

            assertThat(unread.inputStream().readAllBytes()).isEqualTo(sent);
            Await.result(writing);
        }
    }

    // ---- what else a client may send

    @ParameterizedTest
    @MethodSource("everyWay")
    void aRequestWithoutABodyIsAClientThatHasEndedItsSide(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", false);
            Duplex duplex = server.duplex();
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
            try (OutputStream output = duplex.outputStream()) {
                output.write(bytes(1_000));
            }
            assertThat(put.readToEnd()).isEqualTo(bytes(1_000));
            Await.result(duplex.closed());
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void oneThatIsRefusedHasNotBeenAskedForItsBodyOverHttp1(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::idle, options -> options.maxSessions(1));
                Client client = Client.connect(transport, server)) {
            assertThat(client.send("PUT", true).status()).isEqualTo(200);
            Request refused = client.send("PUT", true, "expect", "100-continue");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.isContinued()).isEqualTo(transport.http2);
        }
    }

    @Test
    void aBodyThatIsBadlyFramedIsLost() throws Exception {
        try (TestServer server = Server.OWN.start(TestServer::echo);
                Http1Connection client = new Http1Connection(server)) {
            client.send("PUT /duplex HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK");
            client.send("garbage\r\n");
            assertFailed(server.duplex().closed(), ErrorCode.CONNECTION_LOST, 4);
            assertThat(client.rest()).as("no last chunk").doesNotContain("\r\n0\r\n");
        }
    }

    /** Reading it ends the exchange before the response has begun. */
    @Test
    void aBodyThatComesWithItsHeadAndIsBadlyFramedIsLost() throws Exception {
        try (TestServer server = Server.OWN.start(TestServer::echo);
                Http1Connection client = new Http1Connection(server)) {
            client.send("PUT /duplex HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n-3\r\nabc\r\n");
            assertThat(client.rest()).doesNotContain(" 200 ").doesNotContain(" 500 ");
            Await.until("nothing is left of it", () -> server.handler().sessions() == 0);
        }
    }

    /** The reason why the own listener checks framing itself. */
    @Test
    void stockUndertowTakesAChunkSizeThatIsNoNumberForTheLastChunk() throws Exception {
        try (TestServer server = Server.STOCK.start(TestServer::echo);
                Http1Connection client = new Http1Connection(server)) {
            client.send("PUT /duplex HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK");
            client.send("garbage\r\n\r\n");
            Await.result(server.duplex().closed());
        }
    }

    @ParameterizedTest
    @EnumSource
    void http10CannotCarryIt(Server kind) throws Exception {
        try (TestServer server = kind.start(TestServer::echo);
                Http1Connection client = new Http1Connection(server)) {
            client.send(
                    "PUT /duplex HTTP/1.0\r\nhost: localhost\r\nhttp2-duplex-version: 2\r\ncontent-length: 5\r\n\r\nhello");
            assertThat(client.head()).contains(" 400 ").contains("application/problem+json");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNextRequestOfAConnectionMayComeAtOnce(Server kind) throws Exception {
        String put =
                "PUT /duplex HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        try (TestServer server = kind.start(TestServer::idle);
                Http1Connection client = new Http1Connection(server)) {
            client.send(put + put);
            for (int i = 0; i < 2; i++) {
                assertThat(client.head()).startsWith("HTTP/1.1 200 OK");
                Duplex duplex = server.duplex();
                assertThat(duplex.inputStream().readAllBytes()).hasSize(5);
                Await.result(duplex.end());
                assertThat(client.line()).as("the last chunk").isEqualTo("0");
                assertThat(client.line()).isEmpty();
                Await.result(duplex.closed());
            }
        }
    }

    // ---- bounds

    @ParameterizedTest
    @EnumSource
    void aClientThatNeverReadsIsGivenUpAfterTheStallTimeout(Server kind) throws Exception {
        DuplexCallback writing = duplex -> {
            byte[] piece = bytes(MIB);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            duplex.outputStream().write(piece);
                        }
                    })
                    .hasMessageContaining("stallTimeout");
        };
        try (TestServer server = kind.start(writing, options -> options.stallTimeout(Duration.ofMillis(300)));
                Http2Client http2 = Http2Client.withWindow(Transport.HTTP2_TLS, server, 1_000);
                Http1Connection http1 = new Http1Connection(server)) {
            Request unread = http2.send("PUT", true);
            http1.send("PUT /duplex HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
            for (int i = 0; i < 2; i++) {
                assertFailed(server.duplex().closed(), ErrorCode.TIMED_OUT, 6);
            }
            assertThat(unread.ending()).isEqualTo(Ending.BROKEN_OFF);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aServerThatStopsBreaksThemOff(Server kind, Transport transport) throws Exception {
        try (TestServer server = kind.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request put = client.send("PUT", true);
            put.write(bytes(10));
            assertThat(put.read(10)).isEqualTo(bytes(10));
            Duplex duplex = server.duplex();

            var unused = server.handler().drain();
            Await.result(duplex.draining());
            put.write(bytes(10));
            assertThat(put.read(10)).as("while it drains").isEqualTo(bytes(10));
            Await.result(server.handler().stop());

            assertThat(put.ending()).isEqualTo(Ending.BROKEN_OFF);
            assertFailed(duplex.closed(), ErrorCode.SHUT_DOWN, 7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoHundredGoAtOnceAndLeaveNothing(Transport transport) throws Exception {
        try (TestServer server = Server.OWN.start(TestServer::echo, options -> options.maxSessionsPerConnection(200));
                Client client = Client.connect(transport, server)) {
            List<Request> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(client.send("PUT", true));
            }
            for (Request put : all) {
                put.write(bytes(1_000));
            }
            for (int i = 0; i < 200; i++) {
                Request put = all.get(i);
                assertThat(put.read(1_000)).isEqualTo(bytes(1_000));
                if (i % 2 == 0) {
                    put.end();
                    assertThat(put.readToEnd()).isEmpty();
                } else {
                    put.cut();
                }
            }
            server.awaitNoSessions();
            assertThat(server.handler().statistics().endedCleanly()).isEqualTo(100);
            assertThat(server.handler().statistics().oneRequest().opened()).isEqualTo(200);
        }
    }

    @Test
    void itHasMetricsOfItsOwn() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (TestServer server = Server.OWN.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            assertThat(client.send("PUT", true).status()).isEqualTo(200);
            new DuplexMetrics(server.handler()).bindTo(registry);
            assertThat(registry.get("http2.duplex.sessions")
                            .tag("dialect", "one-request")
                            .gauge()
                            .value())
                    .isEqualTo(1);
        }
    }

    /** A connection of HTTP/1.1 whose client writes what it likes. */
    private static final class Http1Connection implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader received;

        Http1Connection(TestServer server) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), server.port(false));
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            received = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        }

        String line() throws IOException {
            return String.valueOf(received.readLine());
        }

        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            for (String line = line(); !line.isEmpty(); line = line()) {
                head.append(line).append('\n');
            }
            return head.toString();
        }

        /** {@return what comes until the server closes, or resets, the connection} */
        String rest() throws SocketTimeoutException {
            StringBuilder rest = new StringBuilder();
            try {
                for (int next = received.read(); next >= 0; next = received.read()) {
                    rest.append((char) next);
                }
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                rest.append(e);
            }
            return rest.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
