package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The GET that opens a duplex, and the download that it becomes. */
class OpeningTest {
    @ParameterizedTest
    @EnumSource
    void theResponseHasTheHeadersOfTheProtocolAndAByteToThrowAway(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.send("GET", false);

            assertThat(download.status()).isEqualTo(200);
            assertThat(download.header("http2-duplex-id")).matches("[A-Za-z0-9_-]{32}");
            assertThat(download.header("access-control-expose-headers")).isEqualTo("http2-duplex-id");
            assertThat(download.header("content-type")).isEqualTo("application/octet-stream");
            assertThat(download.header("cache-control"))
                    .contains("private")
                    .contains("no-cache")
                    .contains("no-transform");
            assertThat(download.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(download.header("x-accel-buffering")).isEqualTo("no");
            assertThat(download.read(1)).hasSize(1);
            assertThat(server.handler().sessions()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesComeAsTheyAreWrittenAndTheEndComesAfterThem(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Duplex duplex = server.duplex();
            for (int i = 0; i < 20; i++) {
                String text = "message " + i;
                Await.result(duplex.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
                assertThat(download.read(text.length()))
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo(text);
            }
            Await.result(duplex.end());
            assertThat(download.readToEnd()).isEmpty();

            assertThat(client.end(download.id()).status()).isEqualTo(200);
            server.awaitNoSessions();
        }
    }
}
