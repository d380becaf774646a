package recipe;

import io.http2duplex.Duplex;
import io.http2duplex.metrics.DuplexMetrics;
import io.http2duplex.servlet.DuplexServlet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Duplexes at {@link #PATH}: a servlet as any other, behind the application's filters. */
@Configuration
class Duplexes {
    static final String PATH = "/echo";
    /** In bytes. Tomcat allocates twice as much for each upload that is open. */
    private static final int WINDOW = 256 * 1024;

    @Bean
    DuplexServlet duplexServlet() {
        return DuplexServlet.builder(Duplexes::echo)
                .streamingUploads(true) // since the connector takes small frames, see below
                .build();
    }

    @Bean
    ServletRegistrationBean<DuplexServlet> duplexRegistration(DuplexServlet duplexes) {
        return new ServletRegistrationBean<>(duplexes, PATH);
    }

    /** Room for uploads over long lines, and for the small DATA frames of a page that streams what somebody types. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> http2ForDuplexes() {
        return tomcat -> tomcat.addConnectorCustomizers(connector -> {
            for (UpgradeProtocol protocol : connector.findUpgradeProtocols()) {
                if (protocol instanceof Http2Protocol http2) {
                    http2.setInitialWindowSize(WINDOW);
                    http2.setOverheadDataThreshold(0);
                }
            }
        });
    }

    @Bean
    DuplexMetrics duplexMetrics(DuplexServlet duplexes) {
        return new DuplexMetrics(duplexes);
    }

    @Bean
    HealthIndicator duplexHealth(DuplexServlet duplexes) {
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
