package recipe;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.metrics.DuplexMetrics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A server of duplexes beside the web server, for users who are signed in there. */
@Configuration
@RestController
class Duplexes {
    private final String url;

    Duplexes(@Value("${duplex.url}") String url) {
        this.url = url;
    }

    /** Where the page opens its duplex. */
    @GetMapping("/duplex-url")
    String url() {
        return url;
    }

    @Bean
    DuplexHandler duplexHandler(SignedIn users, @Value("${duplex.page-origin}") String pageOrigin) {
        return DuplexHandler.builder(Duplexes::echo)
                .allowedOrigins(pageOrigin)
                .allowCredentials(true)
                .authorize(request -> CompletableFuture.completedFuture(users.account(request.header("cookie"))
                        .map(Authorization::accept)
                        .orElse(Authorization.refuse(401, "Sign in first."))))
                .build();
    }

    /** {@link RunningServer} starts and closes it. */
    @Bean(destroyMethod = "")
    DuplexServer duplexServer(
            DuplexHandler duplexes,
            SslBundles bundles,
            @Value("${duplex.port}") int port,
            @Value("${duplex.ssl-bundle:}") String bundle) {
        DuplexServer.Builder server = DuplexServer.builder().port(port).handle("/echo", duplexes);
        return (bundle.isEmpty() ? server : server.tls(bundles.getBundle(bundle).createSslContext())).build();
    }

    @Bean
    DuplexMetrics duplexMetrics(DuplexHandler duplexes) {
        return new DuplexMetrics(duplexes);
    }

    @Bean
    HealthIndicator duplexHealth(DuplexHandler duplexes) {
        return () -> (duplexes.isDraining() ? Health.outOfService() : Health.up())
                .withDetail("sessions", duplexes.sessions())
                .build();
    }

    private static void echo(Duplex duplex) throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(duplex.inputStream(), StandardCharsets.UTF_8));
                var output = duplex.outputStream()) {
            for (String line; (line = lines.readLine()) != null; ) {
                output.write((duplex.request().account() + ": " + line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
