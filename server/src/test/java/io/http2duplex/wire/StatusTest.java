package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.http2duplex.server.StatusHandler;
import io.undertow.Handlers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators and their machines can ask over HTTP. */
class StatusTest {
    private static TestServer start() {
        return TestServer.behind(duplexes -> Handlers.path(duplexes)
                .addExactPath("/health", StatusHandler.health(duplexes))
                .addExactPath("/status", StatusHandler.statistics(Map.of("echo", duplexes))));
    }

    private static HttpResponse<String> ask(TestServer server, HttpClient.Version version, String method, String path)
            throws Exception {
        boolean tls = version == HttpClient.Version.HTTP_2;
        URI uri = URI.create((tls ? "https" : "http") + "://localhost:" + server.port(tls) + path);
        HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(TestServer.trust())
                .build();
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Await.LIMIT)
                .method(method, BodyPublishers.noBody())
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private static void assertIsJsonThatNobodyStores(HttpResponse<?> response) {
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(response.headers().firstValue("cache-control")).hasValue("no-store");
        assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void theHealthIsUpUntilTheHandlerDrains(HttpClient.Version version) throws Exception {
        try (TestServer server = start();
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            HttpResponse<String> up = ask(server, version, "GET", "/health");
            assertThat(up.statusCode()).isEqualTo(200);
            assertThat(up.body()).isEqualTo("{\"status\":\"up\"}");
            assertIsJsonThatNobodyStores(up);

            server.handler().drain();
            HttpResponse<String> draining = ask(server, version, "GET", "/health");
            assertThat(draining.statusCode()).isEqualTo(503);
            assertThat(draining.body()).isEqualTo("{\"status\":\"draining\"}");
            assertIsJsonThatNobodyStores(draining);

            client.end(download.id()).status();
            server.awaitNoSessions();
            assertThat(ask(server, version, "GET", "/health").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void theDrainingStatusIsAnOption() throws Exception {
        try (TestServer server = TestServer.behind(
                duplexes -> Handlers.path(duplexes).addExactPath("/health", StatusHandler.health(404, duplexes)))) {
            assertThat(ask(server, HttpClient.Version.HTTP_2, "GET", "/health").statusCode())
                    .isEqualTo(200);
            server.handler().drain();
            HttpResponse<String> draining = ask(server, HttpClient.Version.HTTP_2, "GET", "/health");
            assertThat(draining.statusCode()).isEqualTo(404);
            assertThat(draining.body()).isEqualTo("{\"status\":\"draining\"}");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StatusHandler.health(200))
                .withMessage("drainingStatus must be 400 to 599, not 200");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void theStatusTellsTheStatisticsByNameAndNothingOfClients(HttpClient.Version version) throws Exception {
        try (TestServer server = start();
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            assertThat(client.post(download.id(), bytes(100)).status()).isEqualTo(200);
            assertThat(download.read(100)).hasSize(100);
            client.end(download.id()).status();
            client.post("y".repeat(32), bytes(10)).status();
            Request living = client.open();
            Await.until("the first has ended", () -> server.handler().sessions() == 1);

            HttpResponse<String> status = ask(server, version, "GET", "/status");
            assertThat(status.statusCode()).isEqualTo(200);
            assertIsJsonThatNobodyStores(status);
            assertThat(status.body()).doesNotContain(living.id().substring(0, 8), "127.0.0.1", "::1", "localhost");
            JsonNode echo = JsonMapper.shared().readTree(status.body()).get("echo");
            assertThat(echo.at("/dialect1/live").asInt()).isEqualTo(1);
            assertThat(echo.at("/dialect1/opened").asLong()).isEqualTo(2);
            assertThat(echo.at("/endedCleanly").asLong()).isEqualTo(1);
            assertThat(echo.at("/failed/TIMED_OUT").isNumber()).isTrue();
            assertThat(echo.at("/lived").asDouble()).isPositive();
            assertThat(echo.at("/upload/bytes").asLong()).isEqualTo(100);
            assertThat(echo.at("/download/bytes").asLong()).isEqualTo(100);
            assertThat(echo.at("/refused/unknown-session").asLong()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/status"})
    void onlyGetAndHeadAreAnswered(String path) throws Exception {
        try (TestServer server = start()) {
            for (var version : List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
                HttpResponse<String> head = ask(server, version, "HEAD", path);
                assertThat(head.statusCode()).isEqualTo(200);
                assertThat(head.body()).isEmpty();
                assertIsJsonThatNobodyStores(head);
                for (String method : new String[] {"POST", "PUT", "DELETE", "OPTIONS"}) {
                    HttpResponse<String> refused = ask(server, version, method, path);
                    assertThat(refused.statusCode()).isEqualTo(405);
                    assertThat(refused.headers().firstValue("allow")).hasValue("GET, HEAD");
                }
            }
        }
    }
}
