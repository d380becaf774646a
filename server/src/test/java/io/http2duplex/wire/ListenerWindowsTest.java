package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/** Uploads over the listener of {@link DuplexServer}: none holds up another. */
class ListenerWindowsTest {
    private static final int ROUNDS = 1000;
    private static final int PADDED = 8;

    private final Bodies bodies = new Bodies();

    private DuplexServer start(UnaryOperator<DuplexServer.Builder> options) {
        DuplexServer server =
                options.apply(DuplexServer.builder().handle("/", bodies)).build();
        server.start();
        return server;
    }

    private static Http2Client connect(DuplexServer server) throws IOException {
        return connect(server, false);
    }

    private static Http2Client connect(DuplexServer server, boolean tls) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), tls ? TestServer.trust() : null, "h2"), "/");
        Await.result(client.settings);
        return client;
    }

    private static void uploadFlows(Http2Client client, int size) throws IOException {
        Request upload = client.send("POST", true).write(new byte[size]).end();
        upload.readToEnd();
        assertThat(upload.status()).isEqualTo(200);
    }

    private Http2Client.Http2Request sendUnread(Http2Client client) throws IOException {
        Http2Client.Http2Request upload = client.send("POST", true, "x-unread", "");
        return upload.write(new byte[upload.window()]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void uploadsThatNobodyReadsLeaveTheOthersFlowing(boolean tls) throws IOException {
        try (DuplexServer server = start(options -> tls ? options.tls(TestServer.tls()) : options);
                Http2Client client = connect(server, tls)) {
            Deque<Http2Client.Http2Request> unread = new ArrayDeque<>();
            for (int round = 0; round < ROUNDS; round++) {
                unread.add(sendUnread(client));
                uploadFlows(client, 20_000);
                if (unread.size() == 99) {
                    unread.remove().cut();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void uploadsThatTheServerBreaksOffMidBodyLeaveTheOthersFlowing(boolean tls) throws IOException {
        try (DuplexServer server = start(options -> tls ? options.tls(TestServer.tls()) : options);
                Http2Client client = connect(server, tls)) {
            for (int round = 0; round < ROUNDS; round++) {
                Request broken = client.send("POST", true, "x-unread", "");
                StreamSourceChannel body = bodies.unread();
                broken.write(new byte[10_000]);
                body.getIoThread().execute(() -> IoUtils.safeClose(body));
                // These may cross the reset, or come after it.
                broken.write(new byte[10_000]).write(new byte[10_000]).end();
                uploadFlows(client, 20_000);
            }
        }
    }

    @Test
    void uploadsThatTheClientBreaksOffMidBodyLeaveTheOthersFlowing() throws IOException {
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            for (int round = 0; round < ROUNDS; round++) {
                sendUnread(client).cut();
                uploadFlows(client, 20_000);
            }
        }
    }

    @Test
    void trailersOfAnUploadThatTheServerHasBrokenOffAreDropped() throws IOException {
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            Http2Client.Http2Request broken = client.send("POST", true, "x-unread", "");
            StreamSourceChannel body = bodies.unread();
            body.getIoThread().execute(() -> IoUtils.safeClose(body));
            assertThat(broken.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            ByteBuffer trailers = ByteBuffer.allocate(100);
            Http2Frames.field(trailers, "x-trailer", "late");
            int flags = Http2Frames.END_HEADERS | Http2Frames.END_STREAM;
            client.frame(Http2Frames.HEADERS, flags, broken.stream, trailers);
            uploadFlows(client, 20_000);
        }
    }

    @Test
    void theWindowsAreThereFromTheFirstRequestOn() throws IOException {
        try (DuplexServer server = start(options -> options.streamWindow(300_000)
                        .maxStreamWindow(300_000)
                        .maxStreams(7)
                        .connectionWindow(2_100_000));
                Http2Client client = connect(server)) {
            assertThat(client.settings.join()).containsEntry(4, 300_000);
            for (int i = 0; i < 6; i++) {
                assertThat(sendUnread(client).window()).isZero();
            }
            uploadFlows(client, 300_000);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anUploadOfPaddingAndHardlyAnythingElseFlows(int bytes) throws IOException {
        try (DuplexServer server = start(options -> options);
                Http2Client client = connect(server)) {
            Http2Client.Http2Request upload = client.send("POST", true);
            ByteBuffer payload = ByteBuffer.allocate(1 + bytes + 255).put(0, (byte) 255);
            for (int i = 0; i < 2_000; i++) { // eight times the first window
                client.frame(
                        Http2Frames.DATA,
                        PADDED,
                        upload.stream,
                        payload.duplicate().position(payload.limit()));
                if (i % 100 == 0) {
                    client.ping(); // what has come was looked at
                }
            }
            upload.end();
            assertThat(upload.status()).isEqualTo(200);
        }
    }

    @Test
    void aStreamsWindowGrowsWhileItsUploadIsReadButNotBeyondItsBound() throws IOException {
        try (DuplexServer server = start(options -> options.streamWindow(20_000).maxStreamWindow(100_000));
                Http2Client client = connect(server)) {
            Http2Client.Http2Request upload = client.send("POST", true);
            for (int i = 0; i < 100; i++) {
                upload.write(new byte[10_000]);
            }
            client.ping(); // all of it is read, and the window replenished
            // An eighth of a window may be missing, and half of a stream's first window may be read and not booked.
            assertThat(upload.window()).isBetween(100_000 - 12_500 - 10_000, 100_000);
        }
    }

    @Test
    void theWindowsOfAllStreamsNeverAddUpToMoreThanTheConnections() throws IOException {
        int connectionWindow = 150_000;
        try (DuplexServer server = start(options -> options.streamWindow(10_000)
                        .maxStreamWindow(100_000)
                        .maxStreams(10)
                        .connectionWindow(connectionWindow));
                Http2Client client = connect(server)) {
            Http2Client.Http2Request[] uploads = new Http2Client.Http2Request[10];
            for (int i = 0; i < uploads.length; i++) {
                uploads[i] = client.send("POST", true);
                for (int j = 0; j < 50; j++) {
                    uploads[i].write(new byte[5_000]);
                }
            }
            client.ping();
            int sum = 0;
            for (Http2Client.Http2Request upload : uploads) {
                sum += upload.window();
            }
            assertThat(sum).isBetween(connectionWindow - 10 * 10_000, connectionWindow);
            // What has ended makes room for others.
            for (Http2Client.Http2Request upload : uploads) {
                upload.end().readToEnd();
            }
            Http2Client.Http2Request late = client.send("POST", true);
            for (int j = 0; j < 50; j++) {
                late.write(new byte[5_000]);
            }
            client.ping();
            assertThat(late.window()).isGreaterThan(10_000);
        }
    }

    @Test
    void anUploadWhoseLengthIsKnownTakesNoMoreOfTheConnectionsWindowThanThat() throws IOException {
        try (DuplexServer server = start(options -> options.streamWindow(10_000).maxStreamWindow(100_000));
                Http2Client client = connect(server)) {
            Http2Client.Http2Request upload = client.send("POST", true, "content-length", "30000");
            upload.write(new byte[9_000]);
            client.ping(); // it is read, and the window grown
            assertThat(upload.window()).isBetween(20_000, 30_000);
        }
    }

    @Test
    void aClientThatSendsMoreThanTheWindowTakesLosesItsConnection() throws IOException {
        try (DuplexServer server = start(options -> options.streamWindow(20_000));
                Http2Client client = connect(server);
                Http2Client other = connect(server)) {
            Http2Client.Http2Request upload = client.send("POST", true, "x-unread", "");
            for (int i = 0; i < 3; i++) {
                client.frame(
                        Http2Frames.DATA,
                        0,
                        upload.stream,
                        ByteBuffer.allocate(10_000).position(10_000));
            }
            assertThat(Await.result(client.closed())).isEqualTo("GOAWAY, error 3");
            uploadFlows(other, 100_000);
        }
    }
}
