package recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.stereotype.Component;

/** Who has signed in to Tomcat's part of the application: a request to the other port has the same cookie. */
@Component
class SignedIn implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    private static final Pattern SESSION_COOKIE = Pattern.compile("(?:^|; *)JSESSIONID=([^;]+)");

    private volatile Context tomcat;

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> tomcat = context);
    }

    Optional<String> account(String cookies) {
        Matcher cookie = SESSION_COOKIE.matcher(cookies == null ? "" : cookies);
        if (!cookie.find()) {
            return Optional.empty();
        }
        try {
            Session session = tomcat.getManager().findSession(cookie.group(1));
            if (session != null
                    && session.getSession()
                                    .getAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY)
                            instanceof SecurityContext signedIn) {
                return Optional.of(signedIn.getAuthentication().getName());
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
