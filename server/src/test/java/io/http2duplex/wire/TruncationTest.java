package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cut body is never treated as whole. */
class TruncationTest {
    /** What the application's blocking read of everything came to. */
    private final CompletableFuture<byte[]> read = new CompletableFuture<>();

    private TestServer server() {
        return TestServer.start(duplex -> {
            try {
                read.complete(duplex.inputStream().readAllBytes());
            } catch (IOException e) {
                read.completeExceptionally(e);
                throw e;
            }
        });
    }

    private void assertFailedWith(ErrorCode code) {
        assertThat(Await.failure(read))
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP2_TLS, true", "HTTP2_TLS, false", "HTTP2_CLEAR, true", "HTTP2_CLEAR, false",
        "HTTP1_TLS, true", "HTTP1_TLS, false", "HTTP1_CLEAR, true", "HTTP1_CLEAR, false"
    })
    void anUploadThatIsCutFailsTheDuplex(Transport transport, boolean single) throws IOException {
        try (TestServer server = server();
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request other = client.open();
            Request upload =
                    client.send("POST", true, "http2-duplex-id", download.id(), "http2-duplex-single", "" + single);
            upload.write(bytes(1000));
            server.duplex();
            upload.cut();

            assertFailedWith(ErrorCode.UPLOAD_CUT);
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.post(other.id(), bytes(10)).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1_TLS, true", "HTTP1_TLS, false", "HTTP1_CLEAR, true", "HTTP1_CLEAR, false"})
    void aBodyOfFixedLengthWhoseConnectionIsClosedFailsTheDuplex(Transport transport, boolean single)
            throws IOException {
        try (TestServer server = server();
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request upload = client.send(
                    "POST",
                    true,
                    "http2-duplex-id",
                    download.id(),
                    "http2-duplex-single",
                    "" + single,
                    "content-length",
                    "2000");
            upload.write(bytes(1000)).cut();

            assertFailedWith(ErrorCode.UPLOAD_CUT);
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
        }
    }

    /**
     * Undertow compares the lengths itself, and resets the stream: so no answer gets through. If more frames of the
     * upload follow after that, it closes the connection: the frame that is too much has to be the last.
     */
    @ParameterizedTest
    @CsvSource({
        "HTTP2_TLS, true, 1999", "HTTP2_TLS, false, 1999", "HTTP2_CLEAR, true, 1999", "HTTP2_CLEAR, false, 1999",
        "HTTP2_TLS, true, 2001", "HTTP2_TLS, false, 2001", "HTTP2_CLEAR, true, 2001", "HTTP2_CLEAR, false, 2001"
    })
    void aBodyOfAnotherLengthThanItsContentLengthFailsTheDuplexAndNoOtherStream(
            Transport transport, boolean single, int length) throws IOException {
        try (TestServer server = server();
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request other = client.open();
            Request upload = client.send(
                    "POST",
                    true,
                    "http2-duplex-id",
                    download.id(),
                    "http2-duplex-single",
                    "" + single,
                    "content-length",
                    "2000");
            ((Http2Client.Http2Request) upload).writeLast(bytes(length));

            assertFailedWith(length < 2000 ? ErrorCode.UPLOAD_CUT : ErrorCode.PROTOCOL_ERROR);
            assertThat(upload.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.post(other.id(), bytes(10)).status()).isEqualTo(200);
        }
    }

    /**
     * Undertow 2.4 takes the limit of a chunked HTTP/1.1 body from its server option MAX_ENTITY_SIZE, by default 2 MiB,
     * before any handler is asked: who wants longer ones sets the option. Browsers stream over HTTP/2 alone.
     */
    @ParameterizedTest
    @CsvSource({"HTTP1_TLS, true", "HTTP1_CLEAR, false"})
    void aChunkedBodyThatUndertowFindsTooLongIsNotTakenForWhole(Transport transport, boolean single)
            throws IOException {
        try (TestServer server = server();
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request upload =
                    client.send("POST", true, "http2-duplex-id", download.id(), "http2-duplex-single", "" + single);
            for (int i = 0; i < 3 * 16; i++) {
                try {
                    upload.write(bytes(64 * 1024));
                } catch (IOException e) {
                    break; // Undertow has closed the connection
                }
            }
            assertFailedWith(ErrorCode.UPLOAD_CUT);
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
        }
    }
}
