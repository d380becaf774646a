package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many connections a {@link DuplexServer} takes, and how long it waits for what is to come on them. */
class ListenerConnectionsTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final int HANDSHAKE = 0x16;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String HEAD = "GET / HTTP/1.1\r\nhost: localhost\r\n";

    private final Bodies bodies = new Bodies();

    private DuplexServer start(boolean tls, UnaryOperator<DuplexServer.Builder> options) {
        DuplexServer.Builder builder = DuplexServer.builder().handle("/", bodies);
        DuplexServer server =
                options.apply(tls ? builder.tls(TestServer.tls()) : builder).build();
        server.start();
        return server;
    }

    private static Http2Client http2(DuplexServer server, boolean tls) throws IOException {
        return Http2Client.over(Sockets.open(server.port(), tls ? TestServer.trust() : null, "h2"), "/");
    }

    private static Socket http1(DuplexServer server, boolean tls) throws IOException {
        return limited(Sockets.open(server.port(), tls ? TestServer.trust() : null, "http/1.1")
                .top());
    }

    private static Socket limited(Socket socket) throws IOException {
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        return socket;
    }

    private static Socket raw(DuplexServer server, String from) throws IOException {
        return limited(new Socket(InetAddress.getLoopbackAddress(), server.port(), InetAddress.getByName(from), 0));
    }

    /** {@return whether the server answers a request on that connection; if not, it has closed it} */
    private static boolean isServed(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write((HEAD + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().readNBytes(12).length == 12;
        } catch (IOException e) {
            assertWasClosed(e);
            return false;
        }
    }

    private static void readToEnd(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            assertWasClosed(e);
        }
    }

    private static void assertCloses(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isNegative();
        } catch (IOException e) {
            assertWasClosed(e);
        }
    }

    private static void assertWasClosed(IOException e) {
        assertThat(e).hasMessageMatching("Connection reset.*|Broken pipe.*");
    }

    private static void assertReached(DuplexServer server, String option, long count) {
        Await.until(
                option + " was reached",
                () -> server.statistics().limitsReached().getOrDefault(option, -1L) >= count);
        assertThat(server.statistics().limitsReached()).containsEntry(option, count);
        Await.until("no connection is open", () -> server.statistics().connections() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timesMayBeForEver(boolean tls) throws IOException {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        UnaryOperator<DuplexServer.Builder> times = options -> options.handshakeTimeout(forEver)
                .firstRequestTimeout(forEver)
                .idleTimeout(forEver)
                .responseTimeout(forEver)
                .pingInterval(forEver)
                .pingTimeout(forEver)
                .tlsReloadInterval(forEver);
        try (DuplexServer server = start(
                        tls, options -> times.apply(tls ? options.tls(TestServer::tls, Path.of("pom.xml")) : options));
                Http2Client client = http2(server, tls);
                Socket socket = http1(server, tls)) {
            assertThat(client.send("GET", false).status()).isEqualTo(200);
            assertThat(isServed(socket)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerMayDisconnectItsClientAndNoOther(Transport transport) throws IOException {
        AtomicReference<DuplexServer> self = new AtomicReference<>();
        try (DuplexServer server = start(
                transport.tls,
                options -> options.handle(
                        "/disconnect",
                        exchange -> Objects.requireNonNull(self.get()).disconnect(exchange)))) {
            self.set(server);
            try (Http2Client other = http2(server, transport.tls)) {
                assertThat(other.send("GET", false).status()).isEqualTo(200);
                if (transport.http2) {
                    Sockets sockets = Sockets.open(server.port(), transport.tls ? TestServer.trust() : null, "h2");
                    try (Http2Client client = Http2Client.over(sockets, "/disconnect")) {
                        client.send("GET", false);
                        Await.result(client.closed());
                    }
                } else {
                    try (Socket socket = http1(server, transport.tls)) {
                        String request = "GET /disconnect HTTP/1.1\r\nhost: localhost\r\n\r\n";
                        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                        readToEnd(socket);
                    }
                }
                Await.until("one connection is left", () -> server.statistics().connections() == 1);
                assertThat(other.send("GET", false).status()).isEqualTo(200);
            }
        }
    }

    // ---- times

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHandshakeThatDoesNotComeToItsEndIsClosed(boolean begun) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(true, options -> options.handshakeTimeout(time));
                    Socket socket = raw(server, "127.0.0.1")) {
                if (begun) {
                    socket.getOutputStream().write(new byte[] {HANDSHAKE, 3, 1, 1, 0, 1, 0});
                }
                assertCloses(socket);
                assertReached(server, "handshakeTimeout", 1);
            }
        });
    }

    /** What the client is going to speak is known by then. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aHandshakeThatStopsBehindTheServersHelloIsClosed(String version) throws IOException {
        UnaryOperator<DuplexServer.Builder> patient =
                options -> options.firstRequestTimeout(ChronoUnit.FOREVER.getDuration());
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(true, options -> patient.apply(options.handshakeTimeout(time)));
                    Socket socket = raw(server, "127.0.0.1")) {
                socket.getOutputStream().write(clientHello(version));
                assertThat(socket.getInputStream().read()).isEqualTo(HANDSHAKE);
                readToEnd(socket);
                assertReached(server, "handshakeTimeout", 1);
            }
        });
    }

    private static byte[] clientHello(String version) throws IOException {
        SSLEngine client = TestServer.trust().createSSLEngine();
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        client.setSSLParameters(parameters);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        SSLEngineResult result = client.wrap(ByteBuffer.allocate(0), hello);
        assertThat(result.bytesProduced()).isPositive();
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionWithoutARequestIsClosed(Transport transport) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(transport.tls, options -> options.firstRequestTimeout(time))) {
                if (transport.http2) {
                    try (Http2Client client = http2(server, transport.tls)) {
                        Await.result(client.closed());
                    }
                } else {
                    try (Socket socket = http1(server, transport.tls)) {
                        assertCloses(socket);
                    }
                }
                assertReached(server, "firstRequestTimeout", 1);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", PREFACE, PREFACE + "\0\0\0\4"})
    void aConnectionThatDoesNotGetBeyondItsPrefaceIsClosed(String preface) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(false, options -> options.firstRequestTimeout(time));
                    Socket socket = raw(server, "127.0.0.1")) {
                socket.getOutputStream().write(preface.getBytes(StandardCharsets.US_ASCII));
                assertCloses(socket);
                assertReached(server, "firstRequestTimeout", 1);
            }
        });
    }

    /** Takes a while, without looking at a clock. {@return whether the connection is open still} */
    private static boolean findsNothing(Socket socket) {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false; // reset
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeadThatComesByteByByteIsClosed(boolean tls) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(tls, options -> options.firstRequestTimeout(time));
                    Socket socket = http1(server, tls)) {
                socket.setSoTimeout(5);
                socket.getOutputStream().write((HEAD + "x: ").getBytes(StandardCharsets.US_ASCII));
                try {
                    while (findsNothing(socket)) {
                        socket.getOutputStream().write('x');
                    }
                } catch (IOException e) {
                    assertWasClosed(e);
                }
                assertReached(server, "firstRequestTimeout", 1);
            }
        });
    }

    private static byte[] http2(byte[]... frames) {
        byte[] settings = Http2Frames.frame(Http2Frames.SETTINGS, 0, 0, ByteBuffer.allocate(0));
        return Frames.together(PREFACE.getBytes(StandardCharsets.US_ASCII), settings, Frames.together(frames));
    }

    private static ByteBuffer get() {
        ByteBuffer block = ByteBuffer.allocate(1000);
        Http2Frames.field(block, ":method", "GET");
        Http2Frames.field(block, ":scheme", "http");
        Http2Frames.field(block, ":path", "/");
        return block.flip();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anHttp2HeadThatDoesNotComeToItsEndIsClosed(boolean continued) throws IOException {
        int flags = continued ? 0 : Http2Frames.END_HEADERS;
        byte[] head = Http2Frames.frame(Http2Frames.HEADERS, flags, 1, get());
        byte[] continuation = Http2Frames.frame(Http2Frames.CONTINUATION, 0, 1, ByteBuffer.allocate(0));
        byte[] part = continued ? http2(head, continuation) : http2(Arrays.copyOf(head, head.length - 3));
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(false, options -> options.firstRequestTimeout(time));
                    Socket socket = raw(server, "127.0.0.1")) {
                socket.getOutputStream().write(part);
                readToEnd(socket);
                assertReached(server, "firstRequestTimeout", 1);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anHttp2ConnectionThatIsIdleIsEndedAndOneWithAStreamIsNot(boolean tls) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(tls, options -> options.idleTimeout(time));
                    Http2Client busy = http2(server, tls)) {
                Request open = busy.send("POST", true);
                try (Http2Client idle = http2(server, tls)) {
                    idle.send("GET", false).readToEnd();
                    assertThat(Await.result(idle.goneAway)).isEqualTo(1);
                    assertThat(Await.result(idle.closed())).contains("EOF");
                }
                assertThat(open.write(new byte[1000]).end().status()).isEqualTo(200);
                Await.result(busy.goneAway);
            }
        });
    }

    @Test
    void anHttp2ClientThatIsToldToGoHasToGo() throws IOException {
        int flags = Http2Frames.END_HEADERS | Http2Frames.END_STREAM;
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(false, options -> options.idleTimeout(time));
                    Socket socket = raw(server, "127.0.0.1")) {
                socket.getOutputStream().write(http2(Http2Frames.frame(Http2Frames.HEADERS, flags, 1, get())));
                readToEnd(socket);
                assertReached(server, "idleTimeout", 1); // although the client keeps its side open
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anHttp1ConnectionThatIsIdleIsClosed(boolean tls) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (DuplexServer server = start(tls, options -> options.idleTimeout(time));
                    Socket socket = http1(server, tls)) {
                assertThat(isServed(socket)).isTrue();
                readToEnd(socket);
                Await.until("no connection is open", () -> server.statistics().connections() == 0);
            }
        });
    }

    // ---- numbers

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneConnectionMoreThanThereMayBeIsClosedAtOnce(boolean perAddress) throws IOException {
        try (DuplexServer server = start(
                        false,
                        options -> perAddress ? options.maxConnectionsPerAddress(2) : options.maxConnections(2));
                Socket first = raw(server, "127.0.0.1");
                Socket second = raw(server, "127.0.0.1")) {
            assertThat(isServed(first)).isTrue();
            assertThat(isServed(second)).isTrue();
            try (Socket third = raw(server, "127.0.0.1")) {
                assertThat(isServed(third)).isFalse();
            }
            try (Socket other = raw(server, "127.0.0.2")) {
                assertThat(isServed(other)).isEqualTo(perAddress);
            }
            assertThat(server.statistics().limitsReached())
                    .containsEntry(perAddress ? "maxConnectionsPerAddress" : "maxConnections", perAddress ? 1L : 2L);
            first.shutdownOutput(); // the server closes then, too
            Await.until("there is room", () -> server.statistics().connections() == 1);
            try (Socket third = raw(server, "127.0.0.1")) {
                assertThat(isServed(third)).isTrue();
            }
            assertThat(isServed(second)).isTrue();
        }
    }

    @Test
    void aTrustedProxyMayHaveAnyNumber() throws IOException {
        try (DuplexServer server =
                start(false, options -> options.maxConnectionsPerAddress(1).trustXForwarded("127.0.0.1"))) {
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                open.add(raw(server, "127.0.0.1"));
                assertThat(isServed(open.get(i))).isTrue();
            }
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void howeverConnectionsEndNoneIsCountedAfterwards(boolean tls) throws IOException {
        try (DuplexServer server = start(tls, options -> options)) {
            for (int i = 0; i < 50; i++) {
                raw(server, "127.0.0.1").close();
                try (Socket socket = raw(server, "127.0.0.1")) {
                    socket.getOutputStream().write(("nonsense" + i + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                try (Socket socket = http1(server, tls)) {
                    isServed(socket);
                }
                Http2Client served = http2(server, tls);
                served.send("GET", false).readToEnd();
                served.send("POST", true);
                served.ping(); // the server has it
                served.close();
                http2(server, tls).close();
                try (Http2Client broken = http2(server, tls)) {
                    broken.frame(Http2Frames.DATA, 0, 1, ByteBuffer.allocate(10).position(10));
                    Await.result(broken.closed());
                }
            }
            Await.until("all were accepted", () -> server.statistics().accepted() == 300);
            assertReached(server, "handshakeTimeout", 0);
            Await.until("no stream is open", () -> server.statistics().streams() == 0);
            assertThat(server.statistics().streamsBegun()).isEqualTo(100);
        }
    }
}
