package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers that come before the end of their request, over HTTP/2 of the project's own server: RST_STREAM with NO_ERROR
 * follows (RFC 9113, section 8.1), so that the client stops sending, and its request comes to an end.
 */
class EarlyAnswersTest {
    static Stream<Arguments> refusals() {
        UnaryOperator<DuplexHandler.Builder> none = options -> options;
        return Stream.of(
                Arguments.of(404, none, new String[] {"http2-duplex-id", "x".repeat(32)}),
                Arguments.of(400, none, new String[] {}),
                Arguments.of(403, none, new String[] {"origin", "https://other.example"}));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aRefusedUploadIsTold(int status, UnaryOperator<DuplexHandler.Builder> options, String[] headers)
            throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options, Listeners::own);
                Http2Client client = Http2Client.connect(Transport.HTTP2_TLS, server)) {
            Request upload = client.send("POST", true, headers);
            assertThat(upload.status()).isEqualTo(status);
            assertThat(upload.readToEnd()).isNotEmpty();
            Await.until("the stream is reset", () -> client.resetsReceived.get() == 1);
            assertThat(client.resetCodes).containsExactly(0);
            client.ping();
        }
    }

    /** Undertow would wait for the end of the request: {@code curl -T.} with a wrong path would say nothing. */
    @Test
    void anUploadToWhatIsNotThereIsTold() throws Exception {
        try (DuplexServer server = DuplexServer.builder().tls(TestServer.tls()).build()) {
            server.start();
            try (Http2Client client =
                    Http2Client.over(Sockets.open(server.port(), TestServer.trust(), "h2"), "/nothing")) {
                Request upload = client.send("POST", true);
                assertThat(upload.status()).isEqualTo(404);
                Await.until("the stream is reset", () -> client.resetsReceived.get() == 1);
                assertThat(client.resetCodes).containsExactly(0);
                client.ping();
            }
        }
    }

    @Test
    void anUploadToWhatIsNotThereIsToldOverHttp1() throws Exception {
        try (DuplexServer server = DuplexServer.builder().build()) {
            server.start();
            try (Http1Client client = new Http1Client(server.port(), null, "/nothing")) {
                assertThat(client.send("POST", true).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void anUploadOfADuplexThatIsTornDownIsTold() throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, Listeners::own);
                Http2Client client = Http2Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            Request upload = client.single(download.id()).write(bytes(1000));
            client.ping();
            Duplex duplex = server.duplex();
            duplex.reset(300, "enough");
            assertThat(upload.status()).isEqualTo(410);
            assertThat(upload.readToEnd()).asString().contains("enough");
            Await.until("the stream is reset", () -> client.resetCodes.contains(0));
            client.ping();
        }
    }

    @Test
    void theAnswerIsWholeBeforeItThoughItWaitsForFlowControl() throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, Listeners::own);
                Http2Client client = Http2Client.withWindow(Transport.HTTP2_TLS, server, 10)) {
            Http2Client.Http2Request upload = client.send("POST", true);
            assertThat(upload.status()).isEqualTo(400);
            upload.read(10);
            client.ping();
            assertThat(client.resetsReceived.get()).isZero();
            client.credit(upload.stream, 20_000);
            assertThat(upload.readToEnd()).isNotEmpty();
            Await.until("the stream is reset", () -> client.resetsReceived.get() == 1);
            assertThat(client.resetCodes).containsExactly(0);
        }
    }

    @Test
    void theyDoNotCountAsResets() throws Exception {
        UnaryOperator<DuplexHandler.Builder> none = options -> options;
        try (TestServer server = TestServer.start(TestServer::idle, none, Listeners::own);
                Http2Client client = Http2Client.connect(Transport.HTTP2_TLS, server)) {
            for (int i = 0; i < 1500; i++) {
                assertThat(client.send("POST", true).status()).isEqualTo(400);
            }
            client.ping();
        }
    }
}
