package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever one client sends, a good one on another connection is served, and no fault of the server is reported. */
class HostileClientTest {
    private final TestServer server = TestServer.start(TestServer::echo);
    private final Client good;
    private final Request download;

    HostileClientTest() throws IOException {
        good = Client.connect(Transport.HTTP2_TLS, server);
        download = good.open();
    }

    @AfterEach
    void theGoodClientIsServedStill() throws IOException {
        try (server;
                good) {
            assertThat(good.post(download.id(), bytes(50_000)).status()).isEqualTo(200);
            assertThat(download.read(50_000)).isEqualTo(bytes(50_000));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void randomBytesDoNoHarm(boolean tlsPort) throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port(tlsPort))) {
                byte[] noise = new byte[2000];
                new Random(seed).nextBytes(noise);
                try {
                    socket.getOutputStream().write(noise);
                } catch (IOException e) {
                    assertHadEnough(e);
                }
            }
        }
    }

    @Test
    void randomFramesCostTheirOwnConnectionAtMost() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            try (Http2Client client = Http2Client.connect(Transport.HTTP2_CLEAR, server)) {
                client.send("POST", true, "http2-duplex-id", "x".repeat(32));
                for (int i = 0; i < 20; i++) {
                    byte[] payload = new byte[random.nextInt(40)];
                    random.nextBytes(payload);
                    client.frame(
                            random.nextInt(12),
                            random.nextInt(256),
                            random.nextInt(4),
                            ByteBuffer.allocate(payload.length).put(payload));
                }
            } catch (IOException e) {
                assertHadEnough(e);
            }
        }
    }

    /** The server has closed the connection. */
    private static void assertHadEnough(IOException e) {
        assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
    }

    @ParameterizedTest
    @EnumSource
    void ofAThousandPostsAtOnceToOneSessionAFewAreTakenAndTheOthersRefused(Transport transport) throws IOException {
        int count = transport.http2 ? 1000 : 200;
        try (Client client = Client.connect(transport, server)) {
            String id = client.open().id();
            List<Request> posts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                posts.add(client.send("POST", true, "http2-duplex-id", id).write(bytes(1)));
            }
            int open = 16; // what maxOpenUploads is by default
            Await.until(
                    "all others are refused",
                    () -> posts.stream().filter(Request::isOver).count() == count - open);
            for (Request post : posts) {
                post.end();
            }
            assertThat(posts).map(Request::status).containsOnly(200, 429);
            assertThat(posts).filteredOn(post -> post.status() == 200).hasSize(open);
            assertThat(client.post(id, bytes(10)).status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyOfManyFramesOfOneByteIsTakenWhole() throws IOException {
        try (Http2Client client = Http2Client.connect(Transport.HTTP2_CLEAR, server)) {
            Request echo = client.open();
            Request upload = client.single(echo.id());
            byte[] sent = bytes(20_000);
            for (byte one : sent) {
                upload.write(new byte[] {one});
            }
            upload.end();
            assertThat(echo.readToEnd()).isEqualTo(sent);
        }
    }

    /**
     * On HTTP/1.1. Over HTTP/2 Undertow itself closes the connection when it cannot parse a content-length.
     */
    @ParameterizedTest
    @CsvSource({
        "content-length: -1, 400",
        "content-length: 9223372036854775808, 400",
        "content-length: 99999999999999999999999999, 400",
        "content-length: 1~content-length: 2, 400",
        "content-length: abc, 400",
        "content-length: 5~transfer-encoding: chunked, 400",
        // Undertow has it that there is no body; what comes of it is another request.
        "transfer-encoding: gzip, 200",
        "content-length: 999999999999, 413"
    })
    void aLengthThatMakesNoSenseIsRefusedWithoutAFaultOfTheServer(String lines, int status) throws IOException {
        String header = lines.replace("~", "\r\n");
        try (Client client = Client.connect(Transport.HTTP1_CLEAR, server);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port(false))) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            String id = client.open().id();
            String head = "POST /duplex HTTP/1.1\r\nhost: localhost\r\nhttp2-duplex-id: " + id + "\r\n" + header
                    + "\r\n\r\n0\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
            assertThat(answer).isEqualTo("HTTP/1.1 " + status);
        }
    }

    @Test
    void aContentLengthThatIsNoNumberCostsAnHttp2ClientOfAStockUndertowItsConnection() throws IOException {
        try (Http2Client client = Http2Client.connect(Transport.HTTP2_CLEAR, server)) {
            client.send("POST", true, "http2-duplex-id", "x".repeat(32), "content-length", "abc");
            assertThat(Await.result(client.closed())).isNotEmpty();
        }
    }

    /** Behind the body the close of the connection would not be noticed. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP1_TLS", "HTTP1_CLEAR"})
    void aGetWithABodyIsRefusedOverHttp1(Transport transport) throws IOException {
        try (Client client = Client.connect(transport, server)) {
            Request get = client.send("GET", true).write(bytes(10)).end();
            assertThat(get.status()).isEqualTo(400);
            assertThat(new String(get.readToEnd(), StandardCharsets.UTF_8)).contains("bad-headers");
        }
    }

    /** It would fill the connection's window if nobody read it. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP2_TLS", "HTTP2_CLEAR"})
    void aGetWithABodyDoesNotStallItsConnection(Transport transport) throws IOException {
        try (Client client = Client.connect(transport, server)) {
            Request get = client.send("GET", true);
            get.read(1);
            for (int i = 0; i < 10; i++) {
                get.write(bytes(50_000));
            }
            assertThat(client.post(get.id(), bytes(10)).status()).isEqualTo(200);
            assertThat(get.read(10)).isEqualTo(bytes(10));
            get.end();
            assertThat(client.end(get.id()).status()).isEqualTo(200);
            assertThat(get.readToEnd()).isEmpty();
        }
    }
}
