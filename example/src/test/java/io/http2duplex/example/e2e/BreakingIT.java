package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.example.e2e.RequestLog.Kind;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lives that do not end cleanly: each end learns of it once, and nothing stays behind. */
class BreakingIT {
    /** What "/collecting" has read. */
    private static volatile String collected = "";

    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with("/echo", TestServer::echo)
            .with("/silent", duplex -> {})
            .with("/fails", duplex -> {
                duplex.inputStream().read();
                throw new IllegalStateException("A handler of the tests fails on purpose");
            })
            .with("/collecting", duplex -> collect(duplex.inputStream()))
            .withSilence("/unanswered");

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeEach
    void open() {
        page.open(SERVER.url("/page.html"));
        SERVER.requests().clear();
    }

    private static void collect(InputStream in) {
        StringBuilder text = new StringBuilder();
        try {
            for (int next; (next = in.read()) >= 0; ) {
                collected = text.append((char) next).toString();
            }
            collected = text + ", and the end";
        } catch (IOException failure) {
            collected = text + ", and a failure";
        }
    }

    @Test
    void an_AbortSignal_triggered_before_opens_nothing() {
        assertThat(page.call("() => codeOf(make('/echo', { signal: AbortSignal.abort() }))"))
                .isEqualTo("ABORTED");
        assertThat(SERVER.requests().kinds()).isEmpty();
    }

    @Test
    void an_AbortSignal_triggered_while_opening_gives_up() {
        page.expect(Noise.REQUEST); // the one given up
        assertThat(page.call("""
                        () => {
                          const abort = new AbortController();
                          const opening = codeOf(make('/unanswered', { signal: abort.signal }));
                          setTimeout(() => abort.abort(), 50);
                          return opening;
                        }
                        """)).isEqualTo("ABORTED");
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void an_AbortSignal_destroys_an_open_duplex(int dialect, String mode) throws Exception {
        // The requests that the page itself gives up.
        page.expect(Noise.REQUEST);

        assertThat(page.call("""
                        async (way) => {
                          const options = optionsOf(way);
                          const abort = new AbortController();
                          const duplex = watched(
                            await make('/echo', {
                              ...options,
                              signal: abort.signal,
                            }),
                          );
                          duplex.write('Hello');
                          await new Promise((resolve) => duplex.once('data', resolve));
                          abort.abort();
                          return eventsOf(duplex);
                        }
                        """, List.of(dialect, mode))).isEqualTo(List.of("error ABORTED", "close"));
        assertThat(outcome(SERVER.opened("/echo"))).contains(dialect == 1 ? ErrorCode.CANCELLED : ErrorCode.ABORTED);
        SERVER.awaitNoSession();
    }

    @Test
    void a_streaming_upload_that_the_page_gives_up_is_never_seen_to_end() throws Exception {
        // Chromium says of an upload whose body fails that it could not be loaded.
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        page.call("""
                async () => {
                  // The notice does not reach the server, which sees only how the upload ends.
                  const isNotice = ({ headers }) => new Headers(headers).has('http2-duplex-destroyed');
                  const fetch = (url, init) =>
                    isNotice(init) ? Promise.reject(new TypeError('no network')) : window.fetch(url, init);
                  window.duplex = watched(await make('/collecting', { dialect: 1, fetch }));
                  duplex.write('Hello');
                }
                """);
        Await.until("the server has what was written", () -> collected.equals("Hello"));
        page.call("() => duplex.destroy()");

        assertThat(outcome(SERVER.opened("/collecting"))).get().isIn(ErrorCode.UPLOAD_CUT, ErrorCode.CONNECTION_LOST);
        Await.until("the server has read on", () -> !collected.equals("Hello"));
        assertThat(collected).isEqualTo("Hello, and a failure");
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload, {2} bytes waiting")
    @CsvSource({
        "1, streaming, 0", "1, streaming, 5000000", "1, post, 0", "1, post, 5000000",
        "2, streaming, 0", "2, streaming, 5000000", "2, post, 0", "2, post, 5000000"
    })
    void destroy_tells_the_server_and_is_no_error(int dialect, String mode, int waiting) throws Exception {
        // The uploads that the page itself gives up; and one that the notice has overtaken finds no session.
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        assertThat(page.call("""
                        async ({ way, waiting }) => {
                          const options = optionsOf(way);
                          const duplex = watched(await make('/silent', options));
                          if (waiting > 0) {
                            duplex.write(new Uint8Array(waiting));
                          }
                          duplex.destroy();
                          return eventsOf(duplex);
                        }
                        """, Map.of("way", List.of(dialect, mode), "waiting", waiting)))
                .isEqualTo(List.of("close"));
        assertThat(outcome(SERVER.opened("/silent"))).contains(ErrorCode.CANCELLED);
        SERVER.awaitNoSession();
        assertThat(SERVER.requests().count(Kind.DESTROY)).isEqualTo(dialect == 1 ? 1 : 0);
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload, {2}")
    @CsvSource({
        "1, streaming, idle", "1, streaming, writing", "1, post, idle", "1, post, writing",
        "2, streaming, idle", "2, streaming, writing", "2, post, idle", "2, post, writing"
    })
    void a_reset_by_the_server_is_one_error(int dialect, String mode, String activity) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.call("""
                async ({ way, activity }) => {
                  const options = optionsOf(way);
                  window.duplex = watched(await make('/silent', options));
                  duplex.resume();
                  duplex.write(activity === 'idle' ? 'x' : new Uint8Array(5_000_000));
                }
                """, Map.of("way", List.of(dialect, mode), "activity", activity));

        Duplex duplex = SERVER.opened("/silent");
        // The page's bytes have begun to come.
        duplex.inputStream().read();
        duplex.reset(4711, "Enough");

        assertOneErrorThenClose(dialect, ErrorCode.APPLICATION);
        assertThat(outcome(duplex)).contains(ErrorCode.APPLICATION);
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void a_handler_that_throws_fails_its_own_duplex_alone(int dialect, String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        page.call("""
                async (way) => {
                  const options = optionsOf(way);
                  window.other = await make('/echo', options);
                  window.duplex = watched(await make('/fails', options));
                  duplex.resume();
                  duplex.write('x');
                  await eventsOf(duplex);
                }
                """, List.of(dialect, mode));

        assertOneErrorThenClose(dialect, ErrorCode.HANDLER_FAILED);
        assertThat(page.call("() => { other.end('still here'); return textOf(other); }"))
                .isEqualTo("still here");
        assertThat(outcome(SERVER.opened("/fails"))).contains(ErrorCode.HANDLER_FAILED);
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
    }

    /** In dialect 1 a page sees that the server has reset the duplex, and not why. */
    private void assertOneErrorThenClose(int dialect, ErrorCode code) {
        assertThat(page.callForList("() => eventsOf(duplex)", null))
                .containsExactly("error " + (dialect == 1 ? ErrorCode.CONNECTION_LOST : code), "close");
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void the_server_notices_a_closed_tab(int dialect, String mode) throws Exception {
        Page tab = page.page().context().newPage();
        tab.navigate(SERVER.url("/page.html"));
        tab.waitForFunction("() => window.ready");
        tab.evaluate("""
                async (way) => {
                  const options = optionsOf(way);
                  window.duplex = await make('/echo', options);
                  duplex.write('Hello');
                  await new Promise((resolve) => duplex.once('data', resolve));
                }
                """, List.of(dialect, mode));
        Duplex duplex = SERVER.opened("/echo");

        long start = System.nanoTime();
        tab.close();

        assertThat(outcome(duplex)).get().isIn(ErrorCode.CONNECTION_LOST, ErrorCode.UPLOAD_CUT, ErrorCode.CANCELLED);
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    @SuppressWarnings("try") // the server is closed while the page is open
    void a_server_that_stops_under_the_page_is_one_error(int dialect, String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (TestSite server = new TestSite().with("/echo", TestServer::echo).start()) {
            page.open(server.url("/page.html"));
            page.call("""
                    async (way) => {
                      const options = optionsOf(way);
                      window.duplex = watched(await make('/echo', options));
                      duplex.write('Hello');
                      await new Promise((resolve) => duplex.once('data', resolve));
                    }
                    """, List.of(dialect, mode));
            Duplex duplex = server.opened("/echo");

            server.close();

            assertOneErrorThenClose(dialect, ErrorCode.SHUT_DOWN);
            assertThat(outcome(duplex)).contains(ErrorCode.SHUT_DOWN);
            server.awaitNoSession();
        }
    }

    @Test
    void a_refused_opening_is_a_ResponseError_with_a_code() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        assertThat(page.call("""
                        () => make('/nothing-there').catch(({ name, code, response }) => [name, code, response.status])
                        """)).isEqualTo(List.of("ResponseError", "REFUSED", 404));
    }

    @Test
    void a_server_that_is_not_there_is_an_error_with_a_code() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        TestSite gone = new TestSite().with("/echo", TestServer::echo).start();
        page.open(gone.url("/page.html"));
        gone.close();

        assertThat(page.call("() => codeOf(make('/echo'))")).isEqualTo("CONNECTION_LOST");
    }
}
