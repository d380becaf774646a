package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may do on one connection to the listener of {@link DuplexServer}. */
class ListenerLimitsTest {
    private static final int SETTINGS_MAX_CONCURRENT_STREAMS = 3;
    private static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    private static final int PRIORITY = 2;
    private static final int UNKNOWN = 99;

    private final Bodies bodies = new Bodies();

    private DuplexServer start(UnaryOperator<DuplexServer.Builder> options) {
        DuplexServer server =
                options.apply(DuplexServer.builder().handle("/", bodies)).build();
        server.start();
        return server;
    }

    private static Http2Client connect(DuplexServer server) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/");
        Await.result(client.settings);
        return client;
    }

    private static void isServed(Http2Client client) throws IOException {
        Request upload = client.send("POST", true).write(new byte[1000]).end();
        upload.readToEnd();
        assertThat(upload.status()).isEqualTo(200);
    }

    @Test
    void oneStreamMoreThanAgreedIsRefusedAndTheOthersGoOn() throws IOException {
        try (DuplexServer server = start(options -> options.maxStreams(3));
                Http2Client client = connect(server)) {
            assertThat(client.settings.join()).containsEntry(SETTINGS_MAX_CONCURRENT_STREAMS, 3);
            List<Request> open = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                open.add(client.send("POST", true).write(new byte[1000]));
            }
            Request refused = client.send("POST", true);
            // What comes for it before it knows is dropped.
            client.frame(Http2Frames.DATA, 0, 7, ByteBuffer.allocate(1000).position(1000));
            client.frame(Http2Frames.DATA, Http2Frames.END_STREAM, 7, ByteBuffer.allocate(0));
            assertThat(refused.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.resetsReceived).hasValue(1);
            for (Request request : open) {
                request.write(new byte[1000]).end().readToEnd();
                assertThat(request.status()).isEqualTo(200);
            }
            isServed(client);
        }
    }

    @Test
    void anUploadThatNobodyReadsIsResetWhenItsAddressHasMoreThanItsShareUnread() throws IOException {
        try (DuplexServer server = start(options -> options.maxUnreadUploads(4L * 100_000));
                Http2Client client = connect(server);
                Http2Client other = connect(server)) {
            Request first = client.send("POST", true, "x-unread", "").write(new byte[60_000]);
            isServed(client); // by then the first one's bytes are there
            Request second = other.send("POST", true, "x-unread", "").write(new byte[60_000]);
            assertThat(second.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(server.statistics().limitsReached()).containsEntry("maxUnreadUploads", 1L);
            for (int i = 0; i < 3; i++) {
                isServed(client);
                isServed(other);
            }
            first.cut();
            other.send("POST", true, "x-unread", "").write(new byte[60_000]).cut();
            isServed(other);
        }
    }

    @Test
    void aStreamThatWasResetOrHasEndedMakesRoomForAnother() throws IOException {
        try (DuplexServer server = start(options -> options.maxStreams(1));
                Http2Client client = connect(server)) {
            for (int i = 0; i < 50; i++) {
                client.send("POST", true, "x-unread", "").cut();
                isServed(client);
                client.send("GET", false).readToEnd();
            }
        }
    }

    @Test
    void requestsWithoutABodyThatAreResetAtOnceAreCounted() throws IOException {
        try (DuplexServer server = start(options -> options.maxResetsPerMinute(20));
                Http2Client client = connect(server);
                Http2Client other = connect(server)) {
            for (int i = 0; i < 20; i++) {
                client.send("GET", false).cut();
            }
            isServed(client);
            client.send("GET", false).cut();
            assertThat(Await.result(client.closed())).isEqualTo("GOAWAY, error 11");
            isServed(other);
        }
    }

    @Test
    void streamsThatTheClientMakesTheServerResetAreCounted() throws IOException {
        try (DuplexServer server = start(options -> options.maxResetsPerMinute(20));
                Http2Client client = connect(server)) {
            for (int i = 0; i < 21; i++) {
                Http2Client.Http2Request request = client.send("POST", true, "x-unread", "");
                client.credit(request.stream, 0); // an error of the stream (RFC 9113, section 6.9)
                request.ending();
            }
            client.send("GET", false);
            assertThat(Await.result(client.closed())).isEqualTo("GOAWAY, error 11");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Http2Frames.PING, Http2Frames.SETTINGS, PRIORITY, Http2Frames.DATA, UNKNOWN})
    void framesThatOnlyMakeWorkAreCounted(int type) throws IOException {
        try (DuplexServer server = start(options -> options.maxControlFramesPerMinute(20));
                Http2Client client = connect(server);
                Http2Client other = connect(server)) {
            Http2Client.Http2Request upload = client.send("POST", true);
            int stream = type == PRIORITY || type == Http2Frames.DATA ? upload.stream : 0;
            int length = type == Http2Frames.PING ? 8 : type == PRIORITY ? 5 : 0;
            // The client's own SETTINGS, and its answer to the server's, are two.
            for (int i = 0; i < 18; i++) {
                client.frame(type, 0, stream, ByteBuffer.allocate(length).position(length));
            }
            upload.end().readToEnd();
            client.frame(Http2Frames.PING, 0, 0, ByteBuffer.allocate(8).position(8));
            assertThat(Await.result(client.closed())).isEqualTo("GOAWAY, error 11");
            isServed(other);
        }
    }

    @Test
    void manySettingsInOnePieceAreAcknowledged() throws IOException {
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int i = 0; i < 200; i++) {
                frames.write(Http2Frames.frame(Http2Frames.SETTINGS, 0, 0, ByteBuffer.allocate(0)));
            }
            client.raw(frames.toByteArray());
            isServed(client);
        }
    }

    @Test
    void whatIsNotHttp2CostsItsConnectionAndNoLineInTheLog() throws IOException {
        try (ServerLog log = new ServerLog();
                DuplexServer server = start(options -> options);
                Http2Client other = connect(server)) {
            try (Http2Client client = connect(server)) {
                int pushPromise = 5;
                client.frame(pushPromise, 0, 1, ByteBuffer.allocate(4).putInt(2));
                assertThat(Await.result(client.closed())).isEqualTo("GOAWAY, error 1");
            }
            try (Socket socket = Sockets.open(server.port(), null, "h2").top()) {
                byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                byte[] ping = Http2Frames.frame(Http2Frames.PING, 0, 0, ByteBuffer.allocate(8));
                socket.setSoTimeout((int) Await.LIMIT.toMillis());
                socket.getOutputStream().write(Frames.together(preface, ping));
                int goAway = socket.getInputStream().readNBytes(4)[3];
                assertThat(goAway).isEqualTo(Http2Frames.GOAWAY);
            }
            isServed(other);
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void aClientThatDoesNotAnswerLosesItsConnection() throws IOException {
        try (DuplexServer server = start(
                        options -> options.pingInterval(Duration.ofMillis(20)).pingTimeout(Duration.ofMillis(50)));
                Http2Client client = connect(server)) {
            client.ignoresPings = true;
            Request open = client.send("POST", true);
            assertThat(open.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.pingsReceived).hasPositiveValue();
        }
    }

    /** Undertow does not read it either then, so that it can't be heard. */
    @Test
    void aClientThatReadsNothingLosesItsConnection() throws IOException {
        ByteBuffer large = ByteBuffer.allocate(32 * 1024 * 1024);
        try (DuplexServer server = start(options -> options.pingInterval(Duration.ofMillis(20))
                .pingTimeout(Duration.ofMillis(50))
                .handle("/large", exchange -> exchange.getResponseSender().send(large)))) {
            Sockets sockets = Sockets.open(server.port(), null, "h2");
            CountingConnection connection = new CountingConnection(sockets.top(), 1);
            connection.begin(SETTINGS_INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
            connection.frame(Http2Frames.WINDOW_UPDATE, 0, 0, (byte) 64, (byte) 0, (byte) 0, (byte) 0);
            int flags = Http2Frames.END_STREAM | Http2Frames.END_HEADERS;
            connection.frame(Http2Frames.HEADERS, flags, 1, connection.block("GET", "/large"));
            byte[] malformed = connection.block("GET", "/%");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                for (int stream = 3; stream > 0; stream += 2) {
                    connection.frame(Http2Frames.HEADERS, flags, stream, malformed);
                }
            });
            assertThat(server.statistics().limitsReached()).containsEntry("pingTimeout", 1L);
            sockets.kill();
        }
    }

    @Test
    void aClientThatAnswersMayBeSilentForLong() throws IOException {
        try (DuplexServer server = start(
                        options -> options.pingInterval(Duration.ofMillis(5)).pingTimeout(Duration.ofSeconds(10)));
                Http2Client client = connect(server)) {
            Request open = client.send("POST", true);
            Await.until("it was asked often", () -> client.pingsReceived.get() >= 20);
            open.end().readToEnd();
            assertThat(open.status()).isEqualTo(200);
        }
    }

    @Test
    void manyRequestsInOnePieceAreAllAnswered() throws Exception {
        int count = 200;
        try (DuplexServer server = DuplexServer.builder()
                .tls(TestServer.certificates().sslContext())
                .handle("/", DuplexHandler.builder(TestServer::echo).build())
                .build()) {
            server.start();
            Sockets sockets = Sockets.open(server.port(), TestServer.trust(), "h2");
            CountingConnection connection = new CountingConnection(sockets.top(), count);
            connection.begin();
            ByteArrayOutputStream requests = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                int flags = Http2Frames.END_STREAM | Http2Frames.END_HEADERS;
                byte[] block = connection.block("GET", "/", HeaderNames.VERSION, HeaderNames.DIALECT_2);
                requests.write(Http2Frames.frame(Http2Frames.HEADERS, flags, 1 + 2 * i, ByteBuffer.wrap(block)));
            }
            connection.write(requests.toByteArray());
            assertThat(connection.statuses()).containsOnly(200, 429).hasSize(count);
            sockets.kill();
        }
    }

    /** A connection that reads so many answers. */
    private static final class CountingConnection extends Http2Connection {
        private final List<Integer> statuses = new ArrayList<>();
        private final int count;

        CountingConnection(Socket socket, int count) {
            super(socket);
            this.count = count;
        }

        List<Integer> statuses() throws HpackException {
            try {
                receive();
            } catch (IOException e) {
                // There are enough, or the connection was closed.
            }
            return statuses;
        }

        @Override
        protected void head(int stream, int status, Map<String, String> fields, boolean last) throws IOException {
            statuses.add(status);
            if (statuses.size() == count) {
                throw new IOException("enough");
            }
        }

        @Override
        protected void data(int stream, byte[] bytes, boolean last) {}

        @Override
        protected void reset(int stream, int error) {}
    }
}
