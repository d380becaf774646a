package recipe;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.metrics.DuplexMetrics;
import io.http2duplex.server.DuplexHandler;
import io.undertow.Handlers;
import io.undertow.servlet.spec.ServletContextImpl;
import jakarta.servlet.http.HttpSession;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.web.embedded.undertow.UndertowServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.web.context.WebApplicationContext;

/** Duplexes at {@code /echo}, ahead of all servlets and filters, for users who are signed in to the application. */
@Configuration
class Duplexes {
    private static final Pattern SESSION_COOKIE = Pattern.compile("(?:^|; *)JSESSIONID=([^;]+)");

    @Bean
    DuplexHandler duplexHandler(WebApplicationContext application) {
        return DuplexHandler.builder(Duplexes::echo)
                .authorize(request -> CompletableFuture.completedFuture(
                        authorization(application, request.header("cookie"))))
                .build();
    }

    @Bean
    WebServerFactoryCustomizer<UndertowServletWebServerFactory> aheadOfServlets(DuplexHandler duplexes) {
        return undertow -> undertow.addDeploymentInfoCustomizers(deployment -> deployment.addInitialHandlerChainWrapper(
                servlets -> Handlers.path(servlets).addExactPath("/echo", duplexes)));
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

    /** Filters, Spring Security's among them, do not see a duplex: its account is that of the servlet session. */
    private static Authorization authorization(WebApplicationContext application, String cookies) {
        Matcher cookie = SESSION_COOKIE.matcher(cookies == null ? "" : cookies);
        if (cookie.find() && application.getServletContext() instanceof ServletContextImpl servlets) {
            HttpSession session = servlets.getSession(cookie.group(1));
            if (session != null
                    && session.getAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY)
                            instanceof SecurityContext signedIn) {
                return Authorization.accept(signedIn.getAuthentication().getName());
            }
        }
        return Authorization.refuse(401, "Sign in first.");
    }
}
