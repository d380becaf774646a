package io.http2duplex.example;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipesTest {
    @Test
    void whoWaitsTooLongIsReset() {
        DuplexServer server = DuplexServer.builder()
                .handle("/pipe/", new Pipes(200).handler())
                .build();
        server.start();
        try (server) {
            HttpRequest put = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/pipe/tea"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .PUT(BodyPublishers.noBody())
                    .build();
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(put, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }
}
