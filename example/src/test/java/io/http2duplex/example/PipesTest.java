package io.http2duplex.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipesTest {
    private final DuplexServer server =
            DuplexServer.builder().handle("/pipe/", new Pipes(200).handler()).build();

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whoWaitsTooLongIsReset() {
        assertThatThrownBy(() -> put("tea")).isInstanceOf(IOException.class);
    }

    @Test
    void aKeyThatIsNotUtf8IsRefusedSinceOthersWouldBeTheSame() throws Exception {
        HttpResponse<String> answer = put("%ff");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("not UTF-8");
    }

    private HttpResponse<String> put(String key) throws IOException, InterruptedException {
        HttpRequest put = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/pipe/" + key))
                .version(HttpClient.Version.HTTP_1_1)
                .PUT(BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(put, BodyHandlers.ofString());
    }
}
