package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** POSTs that bring bytes, and the order in which they take effect. */
class UploadsTest {
    private static final int MIB = 1024 * 1024;

    @ParameterizedTest
    @EnumSource
    void chunksAndAnEndComeBackFromAnEcho(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            for (int size : new int[] {1, 0, 100, 70_000}) {
                byte[] chunk = bytes(size);
                assertThat(client.post(download.id(), chunk).status()).isEqualTo(200);
                assertThat(download.read(size)).isEqualTo(chunk);
            }
            Request last = client.post(download.id(), bytes(5), "http2-duplex-end", "true");
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.header("cache-control")).isEqualTo("no-store");
            assertThat(download.readToEnd()).isEqualTo(bytes(5));
            Await.result(server.duplex().closed());
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSingleUploadIsEchoedWhileItStillComes(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request upload = client.single(download.id());
            for (int i = 1; i < 50; i++) {
                upload.write(bytes(i));
                assertThat(download.read(i)).isEqualTo(bytes(i));
            }
            upload.end();
            assertThat(upload.status()).isEqualTo(200);
            assertThat(download.readToEnd()).isEmpty();
            server.awaitNoSessions();
        }
    }

    /** Undertow's own limit for a request's body is 2 MiB. TruncationTest tells of chunked bodies on HTTP/1.1. */
    @ParameterizedTest
    @CsvSource({
        "HTTP2_TLS, true, true",
        "HTTP2_TLS, false, true",
        "HTTP2_TLS, true, false",
        "HTTP2_TLS, false, false",
        "HTTP2_CLEAR, true, true",
        "HTTP2_CLEAR, false, false",
        "HTTP1_TLS, true, true",
        "HTTP1_CLEAR, true, true",
        "HTTP1_CLEAR, false, true"
    })
    void anUploadMayBeLargerThanUndertowsLimit(Transport transport, boolean single, boolean announced)
            throws IOException {
        byte[] bytes = bytes(5 * MIB);
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        try (TestServer server = TestServer.start(
                        duplex -> read.complete(duplex.inputStream().readAllBytes()),
                        options -> options.maxChunkSize(5 * MIB));
                Client client = Client.connect(transport, server)) {
            String id = client.open().id();
            List<String> headers = new ArrayList<>(List.of("http2-duplex-id", id, "http2-duplex-single", "" + single));
            if (announced) {
                headers.addAll(List.of("content-length", "" + bytes.length));
            }
            Request upload = client.send("POST", true, headers.toArray(String[]::new));
            assertThat(upload.write(bytes).end().status()).isEqualTo(200);
            if (!single) {
                client.end(id).status();
            }
            assertThat(Arrays.equals(Await.result(read), bytes)).isTrue();
        }
    }

    @Test
    void aChunkMayComeOverAnotherConnectionThanTheDownloadGoes() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client one = Client.connect(Transport.HTTP2_TLS, server);
                Client other = Client.connect(Transport.HTTP1_CLEAR, server)) {
            Request download = one.open();
            assertThat(other.post(download.id(), bytes(10)).status()).isEqualTo(200);
            assertThat(download.read(10)).isEqualTo(bytes(10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDestroyResetsBothDirections(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            assertThat(client.destroy(download.id()).status()).isEqualTo(200);
            assertThat(download.ending()).isEqualTo(Request.Ending.WHOLE);
            assertThat(Await.failure(server.duplex().closed())).hasMessageContaining("destroyed");
            assertThat(client.destroy(download.id()).status()).isEqualTo(200);
            assertThat(client.post(download.id(), bytes(1)).status()).isEqualTo(404);
            assertThat(server.handler().sessions()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationThatDoesNotReadHoldsThePostBack(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.uploadBufferSize(1000));
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            Request upload = client.post(download.id(), bytes(1500));
            InputStream in = duplex.inputStream();
            Await.until("the buffer is full", () -> available(in) == 1000);
            assertThat(upload.isOver()).isFalse();

            assertThat(in.readNBytes(1500)).isEqualTo(bytes(1500));
            assertThat(upload.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndIsSeenOnlyAfterTheBytesOfAChunkThatItOvertook(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            String id = client.open().id();
            InputStream in = server.duplex().inputStream();
            Request chunk = client.send("POST", true, "http2-duplex-id", id).write(bytes(1));
            assertThat(in.read()).isEqualTo(bytes(1)[0] & 255);
            Request end = client.post(id, bytes(7), "http2-duplex-end", "true");
            if (client instanceof Http2Client http2) {
                http2.ping();
            }
            assertThat(end.isOver()).isFalse();
            chunk.write(bytes(500)).end();

            assertThat(chunk.status()).isEqualTo(200);
            assertThat(end.status()).isEqualTo(200);
            assertThat(in.readNBytes(500)).isEqualTo(bytes(500));
            assertThat(in.readAllBytes()).isEqualTo(bytes(7));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatEndedFirstStillTakesTheBytesAndTheEnd(Transport transport) throws IOException {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        try (TestServer server = TestServer.start(duplex -> {
                    duplex.outputStream().close();
                    read.complete(duplex.inputStream().readAllBytes());
                });
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            assertThat(download.readToEnd()).isEmpty();
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int i = 0; i < 10; i++) {
                assertThat(client.post(download.id(), bytes(i * 100)).status()).isEqualTo(200);
                sent.writeBytes(bytes(i * 100));
            }
            assertThat(client.end(download.id()).status()).isEqualTo(200);
            assertThat(Await.result(read)).isEqualTo(sent.toByteArray());
            Await.result(server.duplex().closed());
            server.awaitNoSessions();
        }
    }

    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    static int available(InputStream in) {
        try {
            return in.available();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
