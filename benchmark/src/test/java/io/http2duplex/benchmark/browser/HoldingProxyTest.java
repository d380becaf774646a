package io.http2duplex.benchmark.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class HoldingProxyTest {
    private static final HttpString ECHO = new HttpString("x-echo");

    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /** Echoes a request at once, and ends the response when it may. */
    private void echo(HttpServerExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().add(ECHO, "here");
        exchange.getOutputStream().write(exchange.getInputStream().readAllBytes());
        exchange.getOutputStream().flush();
        mayEnd.await();
    }

    @Test
    void the_head_of_a_response_passes_at_once_and_its_body_when_it_has_ended(@TempDir Path folder) throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(folder);
        DuplexServer server = DuplexServer.builder()
                .tls(certificates.sslContext())
                .handle("/", new BlockingHandler(this::echo))
                .build();
        server.start();
        try (server;
                HoldingProxy proxy = new HoldingProxy(server.port(), certificates)) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(TlsContexts.trusting(certificates.caCertificate()))
                    .build();
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + proxy.port() + "/any"))
                    .POST(BodyPublishers.ofString("bytes"))
                    .build();

            HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
            CompletableFuture<String> body = CompletableFuture.supplyAsync(() -> text(response.body()));

            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.headers().firstValue("x-echo")).hasValue("here");
            assertThat(body).isNotDone();
            mayEnd.countDown();
            assertThat(body.get()).isEqualTo("bytes");
        }
    }

    private static String text(InputStream body) {
        try {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
