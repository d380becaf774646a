package recipe;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** Who may do what: duplexes are for users who are signed in, as everything else is. */
@Configuration
class Security {
    @Bean
    SecurityFilterChain filters(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .formLogin(Customizer.withDefaults())
                // A page is told by 401 that it must sign in, not by a login page in place of a duplex.
                .exceptionHandling(refusing -> refusing.defaultAuthenticationEntryPointFor(
                        new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED),
                        PathPatternRequestMatcher.withDefaults().matcher(Duplexes.PATH)))
                // Needs no token: a duplex takes requests of its own origin alone, and their ids are secret.
                .csrf(csrf -> csrf.ignoringRequestMatchers(Duplexes.PATH))
                .build();
    }
}
