package io.http2duplex.wire;

import static io.http2duplex.wire.Frames.DATA;
import static io.http2duplex.wire.Frames.END;
import static io.http2duplex.wire.Frames.PING;
import static io.http2duplex.wire.Frames.RESET;
import static io.http2duplex.wire.Frames.WINDOW;
import static io.http2duplex.wire.Frames.data;
import static io.http2duplex.wire.Frames.end;
import static io.http2duplex.wire.Frames.frame;
import static io.http2duplex.wire.Frames.ping;
import static io.http2duplex.wire.Frames.together;
import static io.http2duplex.wire.Frames.window;
import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static io.http2duplex.wire.VanishedBrowserTest.assertFailedWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Request.Ending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that break the rules of dialect 2 reset their session, and harm nobody else. */
class BrokenRulesTest {
    private static final long TOO_LARGE = 1L << 53;

    private static Map<String, byte[]> malformed() {
        Map<String, byte[]> bodies = new TreeMap<>();
        bodies.put("DATA without an offset", frame(DATA, bytes(7)));
        bodies.put("WINDOW that is too short", frame(WINDOW, bytes(15)));
        bodies.put("PING that is too short", frame(PING, bytes(3)));
        bodies.put("END that is too short", frame(END, bytes(7)));
        bodies.put("RESET that is too short", frame(RESET, bytes(1)));
        bodies.put("RESET that is too long", frame(RESET, new byte[1025]));
        bodies.put("PING that is too long", frame(PING, new byte[1025]));
        bodies.put("an offset that is too large", data(TOO_LARGE, bytes(1)));
        bodies.put("a negative offset", data(-1, bytes(1)));
        bodies.put("an end that is too large", end(TOO_LARGE));
        bodies.put("a limit that is too large", window(0, TOO_LARGE));
        bodies.put("a WINDOW that confirms what was not sent", window(11, 65_536));
        bodies.put("DATA behind the end", together(end(10), data(10, bytes(1))));
        bodies.put("an end before bytes that were sent", together(data(0, bytes(10)), end(9)));
        bodies.put("another end", together(end(10), end(11)));
        return bodies;
    }

    private static Map<String, byte[]> beyondWindow() {
        byte[][] runs = new byte[65][];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = data(2 * i + 1, bytes(1));
        }
        Map<String, byte[]> bodies = new TreeMap<>();
        bodies.put("DATA at the limit", data(65_536, bytes(1)));
        bodies.put("DATA across the limit", data(65_530, bytes(7)));
        bodies.put("DATA far beyond the limit", data(TOO_LARGE - 2, bytes(1)));
        bodies.put("more in order than the window", data(0, bytes(70_000)));
        bodies.put("more than 64 runs", together(runs));
        return bodies;
    }

    @ParameterizedTest
    @EnumSource
    void framesThatAreMalformedResetTheirSessionAlone(Transport transport) throws IOException {
        assertHarmless(transport, malformed(), 400, "malformed-frame");
    }

    @ParameterizedTest
    @EnumSource
    void bytesBeyondTheWindowResetTheirSessionAlone(Transport transport) throws IOException {
        assertHarmless(transport, beyondWindow(), 413, "beyond-window");
    }

    private static void assertHarmless(Transport transport, Map<String, byte[]> bodies, int status, String type)
            throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request other = Resumable.get(client);
            Duplex untouched = server.duplex();
            long offset = 0;
            for (Map.Entry<String, byte[]> body : bodies.entrySet()) {
                Request download = Resumable.get(client);
                Duplex duplex = server.duplex();
                Request post = Resumable.post(client, download.id(), body.getValue());

                assertThat(post.status()).as(body.getKey()).isEqualTo(status);
                assertRefused(post, status, type);
                assertFailedWith(ErrorCode.PROTOCOL_ERROR, duplex);
                assertThat(Frames.next(download, RESET).code()).isEqualTo(ErrorCode.PROTOCOL_ERROR.number());
                assertThat(download.ending()).isEqualTo(Ending.WHOLE);

                assertThat(Resumable.post(client, other.id(), data(offset, bytes(10)))
                                .status())
                        .isEqualTo(204);
                assertThat(untouched.inputStream().readNBytes(10)).isEqualTo(bytes(10));
                offset += 10;
            }
            assertThat(server.handler().sessions()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void framesOfUnknownTypesAndLongerPayloadsAreNoHarm(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client);
            for (byte[] body : List.of(
                    frame(9, bytes(0)),
                    frame(200, bytes(100_000)),
                    frame(Frames.ROTATE, bytes(3)),
                    frame(Frames.DRAIN, bytes(0)),
                    frame(Frames.HELLO, bytes(8)),
                    frame(PING, bytes(1024)),
                    frame(WINDOW, Arrays.copyOf(Arrays.copyOfRange(window(0, 65_536), 4, 20), 50)),
                    bytes(0))) {
                assertThat(Resumable.post(client, download.id(), body).status()).isEqualTo(204);
            }
            assertThat(server.handler().sessions()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatEndsInTheMiddleOfAFrameIsRefusedAndWhatCameOfItCounts(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client);
            Duplex duplex = server.duplex();
            byte[] frame = data(0, bytes(100));
            assertRefused(Resumable.post(client, download.id(), Arrays.copyOf(frame, 62)), 408, "body-cut");
            assertRefused(Resumable.post(client, download.id(), new byte[] {2, 0}), 408, "body-cut");
            assertThat(duplex.inputStream().readNBytes(50)).isEqualTo(Arrays.copyOf(bytes(100), 50));
            assertThat(Resumable.post(client, download.id(), frame, end(100)).status())
                    .isEqualTo(204);
            assertThat(duplex.inputStream().readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes(100), 50, 100));
        }
    }

    @ParameterizedTest
    @EnumSource
    void moreOpenPostsThanTheLimitAreRefusedAndTheSessionGoesOn(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.maxOpenUploads(2));
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client);
            String[] headers = Resumable.headers("http2-duplex-id", download.id());
            for (int i = 0; i < 2; i++) {
                client.send("POST", true, headers).write(ping(i));
                Frames.next(download, Frames.PONG);
            }
            Request oneMore = client.send("POST", true, headers).write(ping(3));
            assertRefused(oneMore, 429, "too-many-uploads");
            assertThat(oneMore.header("retry-after")).isEqualTo("1");
            assertThat(server.handler().sessions()).isOne();
        }
    }

    /** So a client that changes its network again and again is not locked out by the POSTs that it left behind. */
    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL) // one connection: the POSTs come in order
    void aPostThatBringsNothingForAHeartbeatMakesRoomForAnother(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle, options -> options.maxOpenUploads(2).heartbeat(Duration.ofMillis(100)));
                Client client = Client.connect(transport, server)) {
            String id = Resumable.get(client).id();
            Request silent = client.send("POST", true, Resumable.headers("http2-duplex-id", id));
            Request lively = client.send("POST", true, Resumable.headers("http2-duplex-id", id));
            Await.until("there is room", () -> isTakenBeside(lively, client, id));
            assertRefused(silent, 408, "body-cut");
            assertThat(lively.end().status()).isEqualTo(204);
            assertThat(server.handler().sessions()).isOne();
        }
    }

    private static boolean isTakenBeside(Request lively, Client client, String id) {
        try {
            lively.write(ping(1));
            return Resumable.post(client, id, ping(2)).status() == 204;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void randomBytesNeverHarmTheirNeighbours(Transport transport) throws IOException {
        Random random = new Random(7);
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable other = Resumable.open(client);
            for (int i = 0; i < 100; i++) {
                byte[] body = new byte[random.nextInt(2000)];
                random.nextBytes(body);
                if (body.length > 2) {
                    body[0] = (byte) random.nextInt(9);
                    body[1] = 0;
                    body[2] = (byte) random.nextInt(3);
                }
                Request download = Resumable.get(client);
                assertThat(Resumable.post(client, download.id(), body).status()).isIn(204, 400, 408, 413);
                download.cut();
            }
            other.write(bytes(1000));
            assertThat(other.core.resetNumber()).isNull();
        }
    }
}
