package io.http2duplex.client;

import static io.http2duplex.client.TestServer.ECHO;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.InterferingProxy;
import io.http2duplex.wire.InterferingProxy.Kind;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Networks that end, answer, change, repeat and cut requests: nothing is lost, and nothing comes twice. */
@Timeout(60)
class InterferingProxiesTest {
    private static final int SIZE = 5_000_000;

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"ENDING", "ANSWERING", "STRIPPING", "REPEATING", "CUTTING"})
    void manyBytesGoBothWays(Kind kind) throws Exception {
        try (TestServer server =
                        TestServer.start(ECHO, options -> options.heartbeat(Duration.ofMillis(800)), 0, false);
                InterferingProxy proxy = InterferingProxy.of(kind, server.port())) {
            Duplex duplex = DuplexClient.builder()
                    .httpClient(() -> HttpClient.newBuilder()
                            // its TLS is of other certificates than that of TestServer
                            .sslContext(io.http2duplex.wire.TestServer.trust())
                            .build())
                    .streaming(kind == Kind.CUTTING) // the others hold bodies back until they are whole
                    .build()
                    .connect(URI.create(proxy.url("/duplex")));
            if (kind == Kind.ENDING) {
                Await.until("polls", () -> duplex.downloadMode() == DownloadMode.POLLING);
            }

            Transfer done = Transfer.over(duplex, SIZE, received -> {});
            assertThat(done.count()).isEqualTo(SIZE);
            assertThat(done.received()).isEqualTo(done.sent());
        }
    }
}
