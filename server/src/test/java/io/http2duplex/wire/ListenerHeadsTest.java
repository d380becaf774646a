package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of requests, as large as a {@link DuplexServer} takes them, and larger. */
class ListenerHeadsTest {
    private static final int SETTINGS_MAX_HEADER_LIST_SIZE = 6;

    /** Sends back the field "x-last". */
    private static final HttpHandler LAST = exchange -> {
        String last = exchange.getRequestHeaders().getFirst("x-last");
        exchange.getResponseSender().send(last == null ? "none" : last);
    };

    private static DuplexServer start(UnaryOperator<DuplexServer.Builder> options) {
        DuplexServer server =
                options.apply(DuplexServer.builder().handle("/", LAST)).build();
        server.start();
        return server;
    }

    private static Http2Client connect(DuplexServer server) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/");
        Await.result(client.settings);
        client.ping(); // its answer to the settings is on its way, and cannot come between the parts of a head
        return client;
    }

    private static String http1(DuplexServer server, String pathAndFields) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            String head = "GET /" + pathAndFields + "host: a\r\nconnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String[] fields(int count) {
        String[] fields = new String[2 * count];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = "x-" + i;
            fields[i + 1] = "a";
        }
        return fields;
    }

    /** Its decoder fails if the server's table grows larger than HTTP/2's standard, whatever the client's settings allow. */
    @ParameterizedTest
    @ValueSource(ints = {4097, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void theTableForHeadsOfResponsesDoesNotGrow(int size) throws IOException {
        ByteBuffer settings = ByteBuffer.allocate(18)
                .putShort((short) 3) // the number of streams
                .putInt(100)
                .putShort((short) 1) // the size of the table
                .putInt(size)
                .putShort((short) 4) // the window of a stream
                .putInt(70_000);
        byte[] frame = Http2Frames.frame(Http2Frames.SETTINGS, 0, 0, settings.flip());
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            client.raw(frame);
            assertThat(client.send("GET", false, "x-last", "a").readToEnd())
                    .asString()
                    .isEqualTo("a");
            for (byte b : frame) {
                client.raw(new byte[] {b});
            }
            assertThat(client.send("GET", false, "x-last", "b").readToEnd())
                    .asString()
                    .isEqualTo("b");
            client.raw(new byte[] {0, 0, 5, Http2Frames.SETTINGS, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0});
            assertThat(Await.result(client.closed())).contains("GOAWAY, error 6"); // FRAME_SIZE_ERROR
        }
    }

    @Test
    void aHeadOverTheSizeIsAnsweredAndTheConnectionGoesOn() throws IOException {
        try (DuplexServer server = start(options -> options.maxHeaderSize(1000));
                Http2Client client = connect(server)) {
            assertThat(client.settings.join()).containsEntry(SETTINGS_MAX_HEADER_LIST_SIZE, 20_000);
            assertThat(client.send("GET", false, "x-large", "a".repeat(800)).status())
                    .isEqualTo(200);
            Request large = client.send("GET", false, "x-large", "a".repeat(1000));
            assertThat(large.status()).isEqualTo(431);
            assertThat(large.readToEnd())
                    .asString()
                    .contains("head-too-large", "1000 are allowed (maxHeaderSize of the DuplexServer)");
            Request upload = client.send("POST", true, "x-large", "a".repeat(1000));
            assertThat(upload.status()).isEqualTo(431);
            assertThat(client.send("GET", false).status()).isEqualTo(200);

            assertThat(http1(server, " HTTP/1.1\r\nx-large: " + "a".repeat(800) + "\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(http1(server, " HTTP/1.1\r\nx-large: " + "a".repeat(1000) + "\r\n"))
                    .startsWith("HTTP/1.1 431")
                    .contains("maxHeaderSize");
            assertThat(http1(server, "?" + "a".repeat(1000) + " HTTP/1.1\r\n")).startsWith("HTTP/1.1 431");
            assertThat(server.statistics().limitsReached()).containsEntry("maxHeaderSize", 4L);
        }
    }

    @Test
    void fieldsOverTheNumberAreAnsweredAndTheConnectionGoesOn() throws IOException {
        try (DuplexServer server = start(options -> options.maxHeaders(20));
                Http2Client client = connect(server)) {
            assertThat(client.send("GET", false, fields(19)).status()).isEqualTo(200); // and host
            Request many = client.send("GET", false, fields(20));
            assertThat(many.status()).isEqualTo(431);
            assertThat(many.readToEnd()).asString().contains("21 fields; 20 are allowed (maxHeaders");
            String repeated = " HTTP/1.1\r\n" + "x: a\r\n".repeat(20);
            assertThat(http1(server, repeated)).startsWith("HTTP/1.1 431");
            assertThat(client.send("GET", false).status()).isEqualTo(200);
            assertThat(server.statistics().limitsReached()).containsEntry("maxHeaders", 2L);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20_000, 100_000, 2_000_000})
    void aHeadThatIsMuchTooLargeCostsAnHttp1Connection(int size) throws IOException {
        try (DuplexServer server = start(options -> options)) {
            String answer;
            try {
                answer = http1(server, " HTTP/1.1\r\nx: " + "a".repeat(size) + "\r\n");
            } catch (IOException e) {
                answer = ""; // closed while it was sent
            }
            assertThat(answer).matches("(?s)|HTTP/1.1 4(00|31) .*");
            Await.until("it is closed", () -> server.statistics().connections() == 0);
            assertThat(http1(server, " HTTP/1.1\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    private static byte[] block(String... fields) {
        ByteBuffer block = ByteBuffer.allocate(100_000);
        Http2Frames.field(block, ":method", "GET");
        Http2Frames.field(block, ":scheme", "http");
        Http2Frames.field(block, ":path", "/");
        Http2Frames.field(block, ":authority", "localhost");
        for (int i = 0; i < fields.length; i += 2) {
            Http2Frames.field(block, fields[i], fields[i + 1]);
        }
        return Arrays.copyOf(block.array(), block.position());
    }

    private static ByteBuffer payload(byte[] bytes) {
        return ByteBuffer.allocate(bytes.length).put(bytes);
    }

    @ParameterizedTest
    @CsvSource({"20_000, 1", "2_000, 10", "10, 2_000"})
    void aHeadThatIsMuchTooLargeCostsAnHttp2Connection(String size, String count) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(30_000);
        Http2Frames.field(one, "x", "a".repeat(Integer.parseInt(size.replace("_", ""))));
        byte[] field = Arrays.copyOf(one.array(), one.position());
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server);
                Http2Client other = connect(server)) {
            client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, payload(block()));
            try {
                for (int i = Integer.parseInt(count.replace("_", "")); i > 0; i--) {
                    for (int at = 0; at < field.length; at += Http2Frames.MAX_FRAME) {
                        byte[] part = Arrays.copyOfRange(field, at, Math.min(field.length, at + Http2Frames.MAX_FRAME));
                        client.frame(Http2Frames.CONTINUATION, 0, 1, payload(part));
                    }
                }
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
            }
            Await.result(client.closed());
            assertThat(other.send("GET", false).status()).isEqualTo(200);
        }
    }

    @Test
    void aSmallBlockThatStandsForALargeHeadCostsItsConnection() throws IOException {
        ByteBuffer block = ByteBuffer.allocate(10_000).put(block());
        int entry = block.position();
        Http2Frames.field(block, "x", "a".repeat(3500));
        block.put(entry, (byte) 0x40); // to be kept in the dynamic table (RFC 7541, section 6.2.1)
        for (int i = 0; i < 1000; i++) {
            block.put((byte) 0xBE); // the entry that was added last
        }
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM | Http2Frames.END_HEADERS, 1, block);
            assertThat(Await.result(client.closed())).startsWith("GOAWAY, error");
        }
    }

    @Test
    void emptyPartsOfAHeadWithoutEndCostTheConnection() throws IOException {
        try (DuplexServer server = start(options -> options.maxControlFramesPerMinute(100));
                Http2Client client = connect(server)) {
            client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, payload(block()));
            // The client's SETTINGS, its answer to the server's, and the PING are three. Behind the last nothing may
            // come:
            // an unread rest makes TCP drop the GOAWAY.
            for (int i = 0; i < 98; i++) {
                client.frame(Http2Frames.CONTINUATION, 0, 1, ByteBuffer.allocate(0));
            }
            assertThat(Await.result(client.closed())).isEqualTo("GOAWAY, error 11");
        }
    }

    /** However TCP cuts them. */
    @Test
    void aHeadInSeveralPartsIsOneRequest() throws IOException {
        byte[] block = block("x-first", "a".repeat(1000), "x-last", "the last");
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            for (int stream = 1; stream < 200; stream += 2) {
                int cut = 1 + stream * (block.length - 2) / 200;
                Http2Client.Http2Request request = client.expect(stream);
                client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, stream, payload(Arrays.copyOf(block, cut)));
                client.frame(Http2Frames.CONTINUATION, 0, stream, ByteBuffer.allocate(0));
                byte[] rest = Arrays.copyOfRange(block, cut, block.length);
                client.frame(Http2Frames.CONTINUATION, Http2Frames.END_HEADERS, stream, payload(rest));
                assertThat(request.readToEnd()).asString().isEqualTo("the last");
            }
        }
    }
}
