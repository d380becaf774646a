package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import io.undertow.util.SameThreadExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.channels.StreamSourceChannel;

/** Bodies that nobody reads, over the listener of {@link DuplexServer}: their heap is in proportion to their bytes. */
class ListenerMemoryTest {
    private static final int MEGABYTE = 1024 * 1024;
    private static final int WIRE = 40 * MEGABYTE;
    /** What {@link #WIRE} may cost, the test's own garbage included. */
    private static final long MOST = 64L * MEGABYTE;

    private static final int PADDED = 8;

    private final Bodies bodies = new Bodies();
    private final BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();

    private enum Tiny {
        ONE_BYTE(0, 1),
        PADDED_BYTE(PADDED, 0, 1),
        ONLY_PADDING(PADDED, 1, 0),
        EMPTY_PADDING(PADDED, 0);

        private final int flags;

        @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
        private final byte[] payload;

        Tiny(int flags, int... payload) {
            this.flags = flags;
            this.payload = new byte[payload.length];
            for (int i = 0; i < payload.length; i++) {
                this.payload[i] = (byte) payload[i];
            }
        }

        int length() {
            return payload.length;
        }

        byte[] frames(int stream, int count) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            byte[] frame = Http2Frames.frame(Http2Frames.DATA, flags, stream, ByteBuffer.wrap(payload));
            for (int i = 0; i < count; i++) {
                frames.writeBytes(frame);
            }
            return frames.toByteArray();
        }
    }

    private DuplexServer start(HttpHandler handler, UnaryOperator<DuplexServer.Builder> options) {
        DuplexServer server =
                options.apply(DuplexServer.builder().handle("/", handler)).build();
        server.start();
        return server;
    }

    private static Http2Client connect(DuplexServer server, boolean tls) throws IOException {
        Sockets sockets = Sockets.open(server.port(), tls ? TestServer.trust() : null, "h2");
        Http2Client client = Http2Client.over(sockets, "/", 2 * MEGABYTE);
        Await.result(client.settings);
        client.credit(0, 16 * MEGABYTE);
        return client;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Sends as many tiny frames as the window takes. {@return how many bytes that were} */
    private static long fill(Http2Client client, Http2Client.Http2Request upload, Tiny tiny, int window)
            throws IOException {
        int batch = 10_000;
        long sent = 0;
        for (int left = window / tiny.length(); left > 0; left -= batch) {
            byte[] frames = tiny.frames(upload.stream, Math.min(left, batch));
            client.raw(frames);
            sent += frames.length;
        }
        return sent;
    }

    @ParameterizedTest
    @EnumSource
    void tinyFramesThatNobodyReadsCostTheirBytes(Tiny tiny) throws IOException {
        try (DuplexServer server = start(bodies, options -> options);
                Http2Client client = connect(server, false);
                Http2Client other = connect(server, false)) {
            long before = heap();
            List<Http2Client.Http2Request> uploads = new ArrayList<>();
            for (long sent = 0; sent < WIRE && uploads.size() < 90; ) {
                Http2Client.Http2Request upload = client.send("POST", true, "x-unread", "");
                uploads.add(upload);
                sent += fill(client, upload, tiny, upload.window());
                assertThat(other.send("GET", false).status()).isEqualTo(200);
            }
            client.ping();
            assertThat(heap() - before).isLessThan(MOST);
            assertThat(uploads).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasCollectedIsReadInTheSequenceItCame(boolean tls) throws IOException {
        UnaryOperator<DuplexServer.Builder> windows =
                options -> options.streamWindow(4 * MEGABYTE).maxStreams(8);
        try (DuplexServer server =
                        start(bodies, options -> windows.apply(tls ? options.tls(TestServer.tls()) : options));
                Http2Client client = connect(server, tls)) {
            Http2Client.Http2Request upload = client.send("POST", true, "x-unread", "");
            StreamSourceChannel body = bodies.unread();
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int i = 0; i < 2000; i++) { // frames of all sizes, of which some are collected, and some are not
                byte[] bytes = new byte[i % 7 == 0 ? 5000 : i % 13];
                for (int j = 0; j < bytes.length; j++) {
                    bytes[j] = (byte) (i + j);
                }
                int padding = i % 3;
                ByteBuffer payload = ByteBuffer.allocate(bytes.length + 1 + padding);
                payload.put((byte) padding).put(bytes).position(payload.limit());
                client.frame(Http2Frames.DATA, PADDED, upload.stream, payload);
                sent.writeBytes(bytes);
            }
            ByteBuffer trailers = ByteBuffer.allocate(100);
            Http2Frames.field(trailers, "x-trailer", "last");
            int flags = Http2Frames.END_HEADERS | Http2Frames.END_STREAM;
            client.frame(Http2Frames.HEADERS, flags, upload.stream, trailers);
            client.ping();
            ByteBuffer read = ByteBuffer.allocate(sent.size() + 1);
            Await.until("the body is read", () -> {
                try {
                    return body.read(read) < 0;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(sent.toByteArray()));
        }
    }

    @Test
    void aFrameThatComesByteByByteInRecordsOfItsOwnCostsItsBytes() throws IOException {
        try (DuplexServer server = start(bodies, options -> options.tls(TestServer.tls()));
                Http2Client client = connect(server, true)) {
            Http2Client.Http2Request upload = client.send("POST", true, "x-unread", "");
            bodies.unread();
            client.ping(); // what the client has to answer, it has answered
            client.ignoresPings = true;
            long before = heap();
            int count = 50_000;
            byte[] one = new byte[1];
            for (int sent = 0; sent < count; sent++) {
                if (sent % Http2Frames.MAX_FRAME == 0) {
                    client.raw(ByteBuffer.allocate(9)
                            .putInt(Http2Frames.MAX_FRAME << 8)
                            .put((byte) 0)
                            .putInt(upload.stream)
                            .array());
                }
                client.raw(one);
            }
            client.raw(new byte[Http2Frames.MAX_FRAME - count % Http2Frames.MAX_FRAME]);
            client.ping();
            assertThat(heap() - before).isLessThan(4L * MEGABYTE);
        }
    }

    @Test
    void aDuplexWhoseDownloadIsNotReadCostsTheBytesOfItsUpload() throws IOException {
        DuplexHandler handler = DuplexHandler.builder(duplex -> {
                    opened.add(duplex);
                    duplex.input().subscribe(duplex.output());
                })
                .build();
        try (DuplexServer server = start(
                        handler,
                        options -> options.streamWindow(4 * MEGABYTE)
                                .maxStreamWindow(4 * MEGABYTE)
                                .maxStreams(8));
                Http2Client client = connect(server, false);
                Http2Client other = connect(server, false)) {
            Request download = client.send("GET", false);
            Http2Client.Http2Request upload =
                    client.send("POST", true, "http2-duplex-id", download.id(), "http2-duplex-single", "true");
            upload.write(new byte[2 * MEGABYTE + 100_000]); // the echo of which fills the download's window
            client.ping();
            long before = heap();
            long sent = fill(client, upload, Tiny.ONE_BYTE, upload.window());
            client.ping();
            assertThat(sent).isGreaterThan(8L * MEGABYTE);
            assertThat(heap() - before).isLessThan(sent * MOST / WIRE);
            assertThat(other.send("GET", false).status()).isEqualTo(200);
        }
    }

    @Test
    void bodiesThatAreRefusedCostNothing() throws IOException {
        HttpHandler refusing = exchange -> exchange.dispatch(
                SameThreadExecutor.INSTANCE, () -> exchange.setStatusCode(404).endExchange());
        try (DuplexServer server = start(refusing, options -> options);
                Http2Client client = connect(server, false)) {
            long before = heap();
            for (int i = 0; i < 10; i++) {
                Http2Client.Http2Request upload = client.send("POST", true);
                fill(client, upload, Tiny.ONE_BYTE, 100_000);
                upload.end();
                assertThat(upload.status()).isEqualTo(404);
            }
            assertThat(heap() - before).isLessThan(10L * MEGABYTE);
        }
    }
}
