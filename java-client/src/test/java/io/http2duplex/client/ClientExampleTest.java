package io.http2duplex.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of {@code docs/java-client.md} works, and is the one that stands there. */
@Timeout(60)
class ClientExampleTest {
    private static String token() {
        return "42";
    }

    private static String hello(SSLContext tls, String address) throws IOException {
        // docs/java-client.md
        DuplexClient client = DuplexClient.builder()
                .httpClient(() -> HttpClient.newBuilder().sslContext(tls).build())
                .headers(() -> Map.of("authorization", "Bearer " + token()))
                .build();
        Duplex duplex = client.connect(URI.create(address));
        try (var out = new OutputStreamWriter(duplex.outputStream(), UTF_8)) {
            out.write("Hello");
        } // closing the output ends the client's side
        String answer = new String(duplex.inputStream().readAllBytes(), UTF_8);
        // /docs/java-client.md
        return answer;
    }

    @Test
    void itGetsItsHelloBack() throws Exception {
        try (TestServer server = TestServer.start(TestServer.ECHO)) {
            assertThat(hello(TestServer.http().sslContext(), server.uri().toString()))
                    .isEqualTo("Hello");
        }
    }

    @Test
    void itStandsInTheDocument() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/http2duplex/client/ClientExampleTest.java"));
        String document = Files.readString(Path.of("../docs/java-client.md"));
        String shown = between(document, "<!-- ClientExampleTest -->\n```java\n", "```\n<!-- /ClientExampleTest -->");
        assertThat(between(source, "// docs/java-client.md\n", "// /docs/java-client.md")
                        .stripIndent())
                .isEqualTo(shown);
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin) + begin.length();
        return text.substring(from, text.indexOf(end, from));
    }
}
