package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The body of a POST has to get on, but nobody pays for an application that does not read. */
class SlowBodiesTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String NO_SESSION = "A".repeat(32);

    /** A {@link DuplexServer} with a handler whose duplexes the test uses. */
    private static final class Server implements AutoCloseable {
        final BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();
        final DuplexHandler handler;
        final DuplexServer server;

        Server(Duration bodyTimeout, boolean tls, UnaryOperator<DuplexHandler.Builder> options) {
            handler = options.apply(DuplexHandler.builder(opened::add).bodyTimeout(bodyTimeout))
                    .build();
            DuplexServer.Builder builder = DuplexServer.builder().handle("/", handler);
            server = (tls ? builder.tls(TestServer.tls()) : builder).build();
            server.start();
        }

        Client connect(Transport transport) throws IOException {
            SSLContext trust = transport.tls ? TestServer.trust() : null;
            return transport.http2
                    ? Http2Client.over(Sockets.open(server.port(), trust, "h2"), "/")
                    : new Http1Client(server.port(), trust, "/");
        }

        Duplex duplex() {
            return next(opened);
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private static Duplex next(BlockingQueue<Duplex> opened) {
        try {
            @Nullable Duplex duplex = opened.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (duplex == null) {
                throw new AssertionError("No duplex was opened");
            }
            return duplex;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Request post(Client client, String id, int length) throws IOException {
        return client.send("POST", true, "http2-duplex-id", id, "content-length", "" + length);
    }

    /** A body of dialect 2 that begins, and goes no further. */
    private static Request drip(Client client, String id) throws IOException {
        return client.send("POST", true, Resumable.headers("http2-duplex-id", id, "content-length", "1000"))
                .write(Frames.data(0, bytes(1)));
    }

    private static void assertTooSlow(Request upload, Duration bodyTimeout) {
        assertThat(upload.status()).isEqualTo(408);
        assertThat(new String(upload.readToEnd(), StandardCharsets.UTF_8))
                .contains("body-too-slow", "16384 bytes", bodyTimeout.toMillis() + " ms", "bodyTimeout");
    }

    /** Waits until that upload is no longer waited for, and sees that its connection goes on where there are streams. */
    private static void assertLetGo(Client client, Request upload) throws IOException {
        if (client instanceof Http2Client http2) {
            Await.until("its stream is reset", () -> http2.resetsReceived.get() == 1);
            upload.write(bytes(100)); // late, and dropped
            http2.ping();
            assertThat(http2.resetsReceived).hasValue(1);
        } else {
            Await.until("its connection is closed", () -> {
                try {
                    upload.write(bytes(1));
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChunkThatStopsIsRefusedAndItsDuplexFails(Transport transport) throws IOException {
        try (Server server = new Server(SHORT, transport.tls, options -> options);
                Client client = server.connect(transport)) {
            Request download = client.open();
            Request upload = post(client, download.id(), 1000).write(bytes(1));

            assertTooSlow(upload, SHORT);
            assertThat(Await.failure(server.duplex().closed()))
                    .hasMessageContaining("bodyTimeout")
                    .extracting(failure -> ((DuplexException) failure).code())
                    .isEqualTo(ErrorCode.UPLOAD_CUT);
            assertThat(server.handler.statistics().refused()).containsEntry("body-too-slow", 1L);
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
        }
    }

    @ParameterizedTest
    @EnumSource
    void inDialect2TheDuplexGoesOnAndWhatCameCounts(Transport transport) throws IOException {
        try (Server server = new Server(SHORT, transport.tls, options -> options);
                Client client = server.connect(transport)) {
            Resumable resumable = Resumable.open(client);
            Duplex duplex = server.duplex();

            Request upload = drip(client, resumable.id());
            assertTooSlow(upload, SHORT);
            assertThat(duplex.inputStream().readNBytes(1)).isEqualTo(bytes(1));
            assertLetGo(client, upload);

            assertThat(server.handler.sessions()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRestOfARefusedBodyIsNotWaitedForEither(Transport transport) throws IOException {
        try (Server server = new Server(SHORT, transport.tls, options -> options);
                Client client = server.connect(transport)) {
            Request upload = post(client, NO_SESSION, 1000);
            assertThat(upload.status()).isEqualTo(404);
            assertLetGo(client, upload);
        }
    }

    /** That the time has passed is shown by another upload, which began later and is refused. */
    @ParameterizedTest
    @EnumSource
    void nobodyPaysForAnApplicationThatDoesNotRead(Transport transport) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (Server server = new Server(time, transport.tls, options -> options.uploadBufferSize(1000));
                    Client client = server.connect(transport)) {
                Request upload = post(client, client.open().id(), 3000).write(bytes(3000));
                upload.end();
                Duplex duplex = server.duplex();
                var in = duplex.inputStream();
                Await.until("the buffer is full", () -> UploadsTest.available(in) == 1000);

                assertTooSlow(drip(client, Resumable.open(client).id()), time);

                assertThat(in.readNBytes(3000)).isEqualTo(bytes(3000));
                assertThat(upload.status()).isEqualTo(200);
            }
        });
    }

    @Test
    void aBodyThatGetsOnMayTakeLonger() throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (Server server = new Server(time, false, options -> options.maxChunkSize(Long.MAX_VALUE));
                    Client client = server.connect(Transport.HTTP2_CLEAR)) {
                Request upload = client.send(
                        "POST", true, "http2-duplex-id", client.open().id());
                var in = server.duplex().inputStream();
                for (int i = 0; i < 3; i++) {
                    Request other = drip(client, Resumable.open(client).id());
                    do {
                        upload.write(new byte[16 * 1024]);
                        in.skipNBytes(16 * 1024);
                    } while (!other.isOver());
                    assertTooSlow(other, time);
                }
                assertThat(upload.end().status()).isEqualTo(200);
            }
        });
    }

    /** Each byte fills the buffer, which pauses the body until it was read; what is awaited then is the peer's time. */
    @Test
    void aBodyThatWasPausedHasOnlyTheTimeThatRemained() throws IOException {
        try (Server server = new Server(SHORT, false, options -> options.uploadBufferSize(1));
                Http2Client client = (Http2Client) server.connect(Transport.HTTP2_CLEAR)) {
            Request upload = post(client, client.open().id(), 20_000);
            var in = server.duplex().inputStream();
            for (int i = 0;
                    i < 5000 && !upload.isOver();
                    i++) { // less than a step of the body, and than the PINGs one may send
                upload.write(new byte[1]);
                try {
                    in.skipNBytes(1);
                } catch (IOException e) {
                    break; // the duplex has failed with its upload
                }
                client.ping();
            }
            assertTooSlow(upload, SHORT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamingUploadsMayBeSilent(Transport transport) throws IOException {
        try (Server server = new Server(SHORT, transport.tls, options -> options);
                Client client = server.connect(transport)) {
            Request single = client.single(client.open().id()).write(bytes(1));
            Duplex plain = server.duplex();
            Resumable resumable = Resumable.open(client);
            Request frames = client.send("POST", true, Resumable.headers("http2-duplex-id", resumable.id()))
                    .write(Frames.data(0, bytes(1)));
            Duplex framed = server.duplex();
            assertThat(plain.inputStream().read()).isEqualTo(bytes(1)[0]);
            assertThat(framed.inputStream().read()).isEqualTo(bytes(1)[0]);

            assertTooSlow(drip(client, Resumable.open(client).id()), SHORT);

            assertThat(single.write(bytes(10)).end().status()).isEqualTo(200);
            assertThat(frames.write(Frames.data(1, bytes(10))).end().status()).isEqualTo(204);
            assertThat(plain.inputStream().readAllBytes()).isEqualTo(bytes(10));
            assertThat(framed.inputStream().readNBytes(10)).isEqualTo(bytes(10));
        }
    }

    /** There it would cost the other streams of the connection. */
    @Test
    void aStreamOfAnUndertowOfYourOwnIsWaitedForUnlikeAConnectionOfHttp1() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.bodyTimeout(SHORT));
                Http2Client client = Http2Client.connect(Transport.HTTP2_TLS, server);
                Client http1 = Client.connect(Transport.HTTP1_TLS, server)) {
            Request slow = post(client, client.open().id(), 100).write(bytes(50));
            Request refused = post(client, NO_SESSION, 100).write(bytes(50));
            assertThat(refused.status()).isEqualTo(404);
            var in = server.duplex().inputStream();
            assertThat(in.readNBytes(50)).isEqualTo(bytes(50));

            Request other = drip(http1, Resumable.open(http1).id());
            assertTooSlow(other, SHORT);
            assertLetGo(http1, other);

            slow.write(bytes(50)).end();
            refused.write(bytes(50)).end();
            assertThat(slow.status()).isEqualTo(200);
            client.ping();
            assertThat(client.resetsReceived).hasValue(0);
        }
    }
}
