package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing stays behind in the server, whatever the client's windows are: what was written arrives without another write. */
class FlowControlTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1000, 4096, 16_383, 16_384, 16_385, 30_000, 65_535})
    void theLastByteWrittenArrivesAtAReaderThatReadsInBursts(int window) throws IOException {
        Random random = new Random(window);
        try (TestServer server = TestServer.start(TestServer::idle);
                Http2Client client = Http2Client.withWindow(Transport.HTTP2_CLEAR, server, window)) {
            client.credit(0, 1 << 30);
            Http2Client.Http2Request download = client.send("GET", false);
            download.read(1);
            int owed = 1;
            Duplex duplex = server.duplex();
            for (int round = 0; round < 40; round++) {
                int size = 1 + random.nextInt(Math.min(60_000, 40 * window));
                byte[] sent = bytes(size);
                duplex.send(ByteBuffer.wrap(sent));
                int left = size;
                byte[] got = new byte[0];
                while (left > 0) {
                    int arriving = Math.min(left, window - owed);
                    byte[] part = download.read(arriving);
                    got = Arrays.copyOf(got, got.length + arriving);
                    System.arraycopy(part, 0, got, got.length - arriving, arriving);
                    left -= arriving;
                    owed += arriving;
                    if (left > 0 || owed == window) {
                        int burst = 1 + random.nextInt(owed);
                        client.credit(download.stream, burst);
                        owed -= burst;
                    }
                }
                assertThat(Arrays.equals(got, sent)).as("round " + round).isTrue();
            }
            duplex.end();
            assertThat(download.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void theConnectionsWindowHoldsBytesBackOnlyUntilItMoves(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Http2Client client = Http2Client.withWindow(transport, server, 1 << 30)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            byte[] sent = bytes(200_000);
            duplex.send(ByteBuffer.wrap(sent));
            byte[] got = download.read(Http2Frames.DEFAULT_WINDOW - 1);
            int at = got.length;
            assertThat(Arrays.equals(sent, 0, at, got, 0, at)).isTrue();
            for (int credit : new int[] {9, 10, 1000, 50_000, 16_384, 20_000, 47_063}) {
                client.credit(0, credit);
                byte[] part = download.read(credit);
                assertThat(Arrays.equals(sent, at, at + credit, part, 0, credit))
                        .isTrue();
                at += credit;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP2_TLS", "HTTP1_TLS", "HTTP1_CLEAR"})
    void twentyMegabytesGoEachWayAtOnceUnharmed(Transport transport) throws Exception {
        int pieces = 320;
        byte[] piece = bytes(64 * 1024 - 1);
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request upload = transport.http2
                    ? client.single(download.id())
                    : client.send(
                            "POST",
                            true,
                            "http2-duplex-id",
                            download.id(),
                            "http2-duplex-single",
                            "true",
                            "content-length",
                            "" + (long) pieces * piece.length);
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < pieces; i++) {
                        upload.write(piece);
                    }
                    upload.end();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            writer.start();
            byte[] all = download.readToEnd();
            writer.join();
            assertThat(all).hasSize(pieces * piece.length);
            for (int i = 0; i < pieces; i++) {
                assertThat(Arrays.equals(all, i * piece.length, (i + 1) * piece.length, piece, 0, piece.length))
                        .isTrue();
            }
            assertThat(upload.status()).isEqualTo(200);
        }
    }
}
