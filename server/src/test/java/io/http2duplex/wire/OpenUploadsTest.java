package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xnio.XnioIoThread;

/** A POST that is open when its duplex goes is answered at once, and its connection goes on. */
class OpenUploadsTest {
    private static void assertGone(Request upload, String code) throws IOException {
        assertThat(upload.status()).isEqualTo(410);
        assertThat(new String(upload.readToEnd(), StandardCharsets.UTF_8)).contains(code);
        upload.write(bytes(1000)).end(); // late, and dropped
    }

    @ParameterizedTest
    @EnumSource
    void anUnfinishedChunkIsAnsweredWhenTheApplicationResets(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            Request upload =
                    client.send("POST", true, "http2-duplex-id", download.id()).write(bytes(100));
            assertThat(duplex.inputStream().readNBytes(100)).isEqualTo(bytes(100));
            duplex.reset(4711, "had enough");
            assertGone(upload, "4711");
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.open().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPostThatWaitsForRoomIsAnsweredWhenTheApplicationResets(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.uploadBufferSize(1000));
                Client client = Client.connect(transport, server)) {
            String id = client.open().id();
            Duplex duplex = server.duplex();
            Request upload = client.single(id).write(bytes(20_000));
            InputStream in = duplex.inputStream();
            Await.until("the buffer is full", () -> UploadsTest.available(in) == 1000);
            duplex.reset();
            assertGone(upload, "CANCELLED");
            assertThat(client.open().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSingleUploadIsAnsweredWhenTheHandlerThrowsAndIsNotToldWhy(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(duplex -> {
                    throw new IllegalStateException(
                            "a secret, after byte " + duplex.inputStream().read());
                });
                ServerLog log = new ServerLog();
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request upload = client.single(download.id()).write(bytes(10));
            assertThat(upload.status()).isEqualTo(410);
            assertThat(new String(upload.readToEnd(), StandardCharsets.UTF_8))
                    .contains("HANDLER_FAILED")
                    .doesNotContain("secret");
            upload.end();
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            Await.until("the failure is logged", () -> !log.warnings().isEmpty());
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains(download.id().substring(0, 8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenTheServerStopsEveryOpenPostIsAnsweredAndTheStageCompletes(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request silent = client.open();
            Request upload = client.single(download.id()).write(bytes(10));
            Request other =
                    client.send("POST", true, "http2-duplex-id", silent.id()).write(bytes(10));
            Duplex first = server.duplex();
            Duplex second = server.duplex();
            first.inputStream().readNBytes(10);
            second.inputStream().readNBytes(10);

            var stopped = server.handler().stop();
            assertThat(upload.status()).isEqualTo(410);
            assertThat(other.status()).isEqualTo(410);
            Await.result(stopped);
            assertThat(Await.failure(first.closed())).hasMessageContaining("shut down");
            assertThat(Await.failure(second.closed())).hasMessageContaining("shut down");
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(server.handler().sessions()).isZero();

            Request late = client.send("GET", false);
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.header("retry-after")).isEqualTo("1");
        }
    }

    /** So that Undertow may be stopped from there, which waits for its I/O threads. */
    @Test
    void theStageOfTheHandlersStopCompletesOnNoIoThread() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            client.single(download.id()).write(bytes(10));
            server.duplex().inputStream().readNBytes(10);

            CompletableFuture<Boolean> onIoThread = new CompletableFuture<>();
            CompletionStage<Void> stopped = server.handler().stop();
            stopped.thenRun(() -> {
                onIoThread.complete(Thread.currentThread() instanceof XnioIoThread);
                server.stopListening();
            });
            assertThat(Await.result(onIoThread)).isFalse();
        }
    }

    /**
     * Undertow closes a connection after more than 200 streams were reset on it within 30 seconds, either way; each
     * duplex that the application resets costs one. Resetting an upload costs none: it is answered, and drained.
     */
    @Test
    void aThousandUploadsWhoseDuplexIsResetInTheMiddleCostNoConnection() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                ServerLog log = new ServerLog();
                Http2Client uploads = Http2Client.connect(Transport.HTTP2_TLS, server)) {
            for (int connection = 0; connection < 10; connection++) {
                try (Http2Client downloads = Http2Client.connect(Transport.HTTP2_TLS, server)) {
                    for (int i = 0; i < 100; i++) {
                        Request download = downloads.open();
                        Request upload = uploads.single(download.id()).write(bytes(2000));
                        server.duplex().reset();
                        assertThat(upload.status()).isIn(410, 404);
                        upload.write(bytes(2000)).end();
                        assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
                    }
                    assertThat(downloads.resetsReceived).as("one for each").hasValue(100);
                }
            }
            uploads.ping();
            assertThat(uploads.resetsReceived).hasValue(0);
            server.awaitNoSessions();
            assertThat(log.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDuplexWhoseUndertowIsStoppedFails(Transport transport) throws IOException {
        TestServer server = TestServer.start(TestServer::idle);
        try (Client client = Client.connect(transport, server)) {
            client.open();
            Duplex duplex = server.duplex();
            server.stopListening();
            Await.failure(duplex.closed());
            server.awaitNoSessions();
        }
    }

    @Test
    void aStoppedUndertowDoesNotThrowIntoTheApplication() throws IOException {
        TestServer server = TestServer.start(TestServer::idle);
        Client client = Client.connect(Transport.HTTP2_TLS, server);
        Request download = client.open();
        client.single(download.id()).write(bytes(10));
        Duplex duplex = server.duplex();
        duplex.inputStream().readNBytes(10);
        server.stopListening();
        duplex.reset();
        Await.failure(duplex.closed());
        assertThat(server.handler().sessions()).isZero();
        client.close();
    }
}
