package io.http2duplex.example.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.messages.Bus;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has an account, and how to get one. */
@Timeout(60)
class AccountsTest {
    private static final byte[] KEY = "key".getBytes(UTF_8);

    private final Accounts accounts = new Accounts(KEY);

    private static HttpResponse<Void> signIn(ChatServer server, String name) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/sign-in"))
                                .POST(BodyPublishers.ofString(name))
                                .build(),
                        BodyHandlers.discarding());
    }

    @Test
    void theCookieOfOneNodeIsKnownOnAllThatHaveTheKey() throws Exception {
        try (ChatServer server = new ChatServer("", KEY, Bus.local(), options -> options)) {
            server.start();
            String set =
                    signIn(server, " Zoë 7 ").headers().firstValue("set-cookie").orElseThrow();
            assertThat(set).contains("HttpOnly", "Secure", "SameSite=Strict");
            String cookie = set.substring(0, set.indexOf(';'));

            assertThat(accounts.name("a=b; " + cookie + "; c=d")).isEqualTo("Zoë 7");
            assertThat(new Accounts("other".getBytes(UTF_8)).name(cookie)).isNull();
            for (String name : new String[] {"", " ", "<b>", "a\nb", "x".repeat(21), "x".repeat(300)}) {
                assertThat(signIn(server, name).statusCode()).as(name).isBetween(400, 499);
            }
        }
    }

    @Test
    void nobodyWritesACookieOfHisOwn() {
        String name = Base64.getUrlEncoder().withoutPadding().encodeToString("Ann".getBytes(UTF_8));
        for (String cookies : new String[] {
            "", "chat=", "chat=" + name, "chat=" + name + ".", "chat=" + name + ".AAAA", "chat=?.?", "chat=A.A"
        }) {
            assertThat(accounts.name(cookies)).as(cookies).isNull();
        }
        assertThat(accounts.name(null)).isNull();
    }
}
