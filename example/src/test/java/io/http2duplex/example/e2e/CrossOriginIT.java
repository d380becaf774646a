package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexRequest;
import io.http2duplex.example.e2e.RequestLog.Kind;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages of one origin, and the duplexes of another: a real browser makes the preflights, and heeds the answers. */
class CrossOriginIT {
    /** Two origins: {@code https} may use the duplexes, {@code http} may not. */
    @RegisterExtension
    static final TestSite PAGES = new TestSite();

    private static TestSite duplexes;

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeAll
    static void start() {
        String allowed = PAGES.url("");
        duplexes = new TestSite()
                .with(
                        "/echo",
                        TestServer::echo,
                        options -> options.allowedOrigins(allowed)
                                .allowedHeaders("Authorization", "X-Tenant")
                                .allowCredentials(true))
                .with(
                        "/accounts",
                        TestServer::echo,
                        options -> options.allowedOrigins(allowed)
                                .allowedHeaders("X-Status")
                                .allowCredentials(true)
                                // Nor is the page allowed to say that it has given up.
                                .resumeTimeout(Duration.ofSeconds(1))
                                .authorize(CrossOriginIT::authorize))
                .with("/no-cookies", TestServer::echo, options -> options.allowedOrigins(allowed))
                .with(
                        "/rotating",
                        TestServer::echo,
                        options -> options.allowedOrigins(allowed).maxDownloadLife(Duration.ofMillis(100)))
                .with(
                        "/one",
                        TestServer::echo,
                        options -> options.allowedOrigins(allowed).maxSessions(1))
                .start();
    }

    /** The account is in a cookie, and the status for those who have none in a header field. */
    private static CompletionStage<Authorization> authorize(DuplexRequest request) {
        String cookies = String.valueOf(request.header("Cookie"));
        int status = "401".equals(request.header("X-Status")) ? 401 : 403;
        return CompletableFuture.completedFuture(
                cookies.contains("account=me")
                        ? Authorization.accept("me")
                        : Authorization.refuse(status, "Sign in again."));
    }

    @AfterAll
    static void stop() {
        duplexes.close();
    }

    @BeforeEach
    void open() {
        page.open(PAGES.url("/page.html"));
        duplexes.requests().clear();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void a_page_of_an_allowed_origin_is_served_with_its_cookies_and_its_headers(int dialect, String mode)
            throws Exception {
        page.call("() => { document.cookie = 'account=me; Secure; SameSite=Strict'; }");

        assertThat(page.call("""
                        async ([url, dialect, mode]) => {
                          const { uploadMode, readable, writable, closed } = await connect(url, {
                            ...optionsOf([dialect, mode]),
                            credentials: 'include',
                            headers: { authorization: 'Bearer of-the-page', 'x-tenant': '7' },
                          });
                          const writer = writable.getWriter();
                          const reader = readable.getReader();
                          for (let i = 0; i < 20; i += 1) {
                            await writer.write(Uint8Array.of(i));
                            await reader.read();
                          }
                          writer.close();
                          const { done } = await reader.read();
                          return [uploadMode, done, await codeOf(closed)];
                        }
                        """, List.of(duplexes.url("/echo"), dialect, mode)))
                .isEqualTo(List.of(mode, true, "none"));

        Duplex duplex = duplexes.opened("/echo");
        assertThat(outcome(duplex)).isEmpty();
        DuplexRequest request = duplex.request();
        assertThat(request.header("Cookie")).isEqualTo("account=me");
        assertThat(request.header("X-Tenant")).isEqualTo("7");
        duplexes.awaitNoSession();
        // Where there are twenty POSTs, the browser asks before the first of them; some may be under way at once.
        assertThat(duplexes.requests().count(Kind.PREFLIGHT)).isBetween(1L, 5L);
    }

    /**
     * Not over a streaming upload of dialect 1, of which a browser tells no answer before its end. All of them at once: the
     * server learns that they have given up when their last requests are aborted.
     */
    @Test
    void a_page_that_has_lost_its_account_is_told_so_once_by_each_of_its_duplexes() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        List<List<Object>> kinds = List.of(
                List.of(1, "post", 401),
                List.of(1, "post", 403),
                List.of(2, "streaming", 401),
                List.of(2, "streaming", 403),
                List.of(2, "post", 401),
                List.of(2, "post", 403));

        assertThat(page.callForList("""
                        async ([url, kinds]) => {
                          const kept = '; Secure; SameSite=Strict';
                          document.cookie = `account=me${kept}`;
                          const open = async ([dialect, mode, status]) => {
                            const options = { credentials: 'include', headers: { 'x-status': String(status) } };
                            const duplex = watched(await make(url, { ...optionsOf([dialect, mode]), ...options }));
                            duplex.on('error', ({ message }) => (duplex.message = message));
                            return duplex;
                          };
                          const duplexes = await Promise.all(kinds.map(open));
                          document.cookie = `account=${kept}; Max-Age=0`;
                          return Promise.all(
                            duplexes.map(async (duplex) => {
                              duplex.resume();
                              duplex.write('whose?');
                              return [...(await eventsOf(duplex)), duplex.message];
                            }),
                          );
                        }
                        """, List.of(duplexes.url("/accounts"), kinds)))
                .isEqualTo(kinds.stream()
                        .map(kind -> List.of("error REFUSED", "close", kind.get(2) + ": Sign in again."))
                        .toList());
        duplexes.awaitNoSession();
    }

    @Test
    void without_the_option_credentials_no_cookies_are_sent() throws Exception {
        page.call("() => { document.cookie = 'account=me; Secure; SameSite=Strict'; }");

        assertThat(page.call("""
                        async (url) => {
                          const duplex = await make(url);
                          duplex.end('Hello');
                          return textOf(duplex);
                        }
                        """, duplexes.url("/no-cookies"))).isEqualTo("Hello");

        assertThat(duplexes.opened("/no-cookies").request().header("Cookie")).isNull();
        duplexes.awaitNoSession();
    }

    @Test
    void a_page_of_an_allowed_origin_can_resume() {
        page.call("async (url) => { window.duplex = await make(url); }", duplexes.url("/rotating"));
        duplexes.requests().awaitOne(Kind.ATTACH);

        assertThat(page.call("() => { duplex.end('still here'); return textOf(duplex); }"))
                .isEqualTo("still here");
        duplexes.awaitNoSession();
    }

    @ParameterizedTest(name = "{0}, dialect {1}")
    @CsvSource({"make, 1", "make, 2", "connect, 1", "connect, 2"})
    void a_page_of_another_origin_gets_one_error_and_no_session(String face, int dialect) {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(PAGES.clearUrl("/page.html"));

        assertThat(page.call("""
                        async ([face, url, dialect]) => {
                          const error = await window[face](url, { dialect }).catch((thrown) => thrown);
                          return [error.name, error.code, error.message, error.cause.name];
                        }
                        """, List.of(face, duplexes.url("/echo"), dialect)))
                .isEqualTo(List.of(
                        "DuplexError",
                        "CONNECTION_LOST",
                        "The server could not be reached, or does not allow pages of this origin",
                        "TypeError"));
        duplexes.awaitNoSession();
        assertThat(duplexes.requests().kinds()).hasSize(1);
    }

    @Test
    void header_fields_that_are_not_allowed_are_one_error_and_no_session() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        assertThat(page.call("(url) => codeOf(connect(url, { headers: { 'x-other': '1' } }))", duplexes.url("/echo")))
                .isEqualTo("CONNECTION_LOST");
        duplexes.awaitNoSession();
        assertThat(duplexes.requests().kinds()).containsOnly(Kind.PREFLIGHT);
    }

    @Test
    void a_page_of_an_allowed_origin_can_read_why_it_was_refused_and_how_long_to_wait() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        assertThat(page.call("""
                        async (url) => {
                          const first = await connect(url);
                          const error = await connect(url).catch((thrown) => thrown);
                          first.readable.cancel();
                          const { type, detail } = await error.response.json();
                          return {
                            code: error.code,
                            type,
                            waits: error.retry_after > 0,
                            explained: error.message === `503: ${detail}` && detail.includes('maxSessions'),
                          };
                        }
                        """, duplexes.url("/one")))
                .isEqualTo(Map.of(
                        "code",
                        "OVERLOADED",
                        "type",
                        "urn:http2-duplex:problem:too-many-sessions",
                        "waits",
                        true,
                        "explained",
                        true));
        duplexes.awaitNoSession();
    }
}
