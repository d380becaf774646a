package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.example.e2e.SocketNetwork.Treatment;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the client does in a page, in one engine. A subclass for each engine names it. No page may leave an error uncaught
 * or write into the console: {@link EnginePage} sees to that. {@code docs/browsers.md} has what was seen.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineSuite {
    private static final int SIZE = 5_000_000;
    private static final int CUTS = 3;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @RegisterExtension
    final TestSite server = new TestSite()
            .with("/echo", TestServer::echo)
            .with("/silent", duplex -> {})
            .with("/lively", TestServer::echo, options -> options.heartbeat(Duration.ofSeconds(1)))
            .with("/socket", TestServer::echo, options -> options.webSocket(true))
            .with("/ends-first", this::endFirst);

    @RegisterExtension
    final EnginePage page;

    private final String streaming;

    /** @param streaming how the engine uploads: {@code streaming} or {@code post} */
    EngineSuite(Engine engine, String streaming) {
        page = new EnginePage(engine);
        this.streaming = streaming;
    }

    private void endFirst(Duplex duplex) throws IOException {
        try (OutputStream output = duplex.outputStream()) {
            output.write("That is all.".getBytes(UTF_8));
        }
        received.add(new String(duplex.inputStream().readAllBytes(), UTF_8));
    }

    private String uploadMode(String mode) {
        return mode.equals("post") ? "post" : streaming;
    }

    @ParameterizedTest(name = "{0}, {1} upload")
    @CsvSource({"make, streaming", "make, post", "connect, streaming", "connect, post"})
    void five_megabytes_come_back_unchanged(String face, String mode) throws Exception {
        page.open(server::url);

        List<Object> seen = page.callForList("""
                async ({ face, mode, size }) => {
                  const duplexes = await openEchoes(face, 1, optionsOf([2, mode]));
                  const begun = performance.now();
                  const [received] = await transferAll(face, duplexes, size);
                  return [received, performance.now() - begun];
                }
                """, Map.of("face", face, "mode", mode, "size", SIZE));
        System.out.println(SIZE + " bytes, " + face + ", " + mode + ": " + seen.get(1) + " ms");
        assertThat(seen.get(0)).isEqualTo(SIZE + " bytes, " + uploadMode(mode));
        assertThat(page.call("() => losses")).isEqualTo(0L);
        assertThat(outcome(server.opened("/echo"))).isEmpty();
        server.awaitNoSession();
    }

    @ParameterizedTest
    @ValueSource(strings = {"streaming", "typed", "polling"})
    void bytes_are_typed_and_a_megabyte_comes_back_in_every_way_of_the_download(String way) throws Exception {
        page.open(server::url);

        List<Object> seen = page.callForList("""
                async (way) => {
                  const duplexes = await openEchoes('connect', 1, { download_modes: [way] });
                  const median = await typed(duplexes[0], 20);
                  const [received] = await transferAll('connect', duplexes, 1_000_000);
                  return [received, duplexes[0].downloadMode, losses, median];
                }
                """, way);
        System.out.println("Typing, " + way + ": a median of " + seen.get(3) + " ms");
        assertThat(seen).startsWith("1000000 bytes, " + uploadMode("streaming"), way, 0L);
        assertThat(outcome(server.opened("/echo"))).isEmpty();
        server.awaitNoSession();
    }

    @Test
    void what_is_typed_goes_by_a_socket_and_on_by_fetch_when_that_is_cut() throws Exception {
        try (SocketNetwork network = new SocketNetwork(server.url("/"), Treatment.PASS)) {
            page.open(network::url);
            Object median = page.call("""
                    async () => {
                      window.duplexes = await openEchoes('connect', 1, {}, '/socket');
                      await typedUntil(duplexes[0], () => isOnSocket(duplexes[0]));
                      return typed(duplexes[0], 20);
                    }
                    """);
            System.out.println("Typing, websocket: a median of " + median + " ms");

            network.cut();

            assertThat(page.callForList("""
                            async () => {
                              await typedUntil(duplexes[0], () => !isOnSocket(duplexes[0]));
                              const [received] = await transferAll('connect', duplexes, 1_000_000);
                              return [received, losses];
                            }
                            """, null)).isEqualTo(List.of("1000000 bytes, " + streaming, 1L));
            assertThat(outcome(server.opened("/socket"))).isEmpty();
            server.awaitNoSession();
        }
    }

    @Test
    void several_duplexes_are_used_at_once() throws Exception {
        int count = 8;
        page.open(server::url);

        assertThat(page.callForList("""
                        async (count) => transferAll('connect', await openEchoes('connect', count, {}), 50_000)
                        """, count)).isEqualTo(Collections.nCopies(count, "50000 bytes, " + streaming));
        for (int i = 0; i < count; i++) {
            assertThat(outcome(server.opened("/echo"))).isEmpty();
        }
        server.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}")
    @ValueSource(ints = {1, 2})
    void the_page_may_end_first(int dialect) throws Exception {
        page.open(server::url);

        assertThat(page.callForList("""
                        async (dialect) => {
                          const duplex = watched(await make('/echo', { dialect }));
                          duplex.end('Grüße');
                          return [await textOf(duplex), ...(await eventsOf(duplex))];
                        }
                        """, dialect))
                .startsWith("Grüße")
                .endsWith("close")
                .containsExactlyInAnyOrder("Grüße", "finish", "end", "close");
        assertThat(page.callForList("""
                        async (dialect) => {
                          const { readable, writable, closed } = await connect('/echo', { dialect });
                          const writer = writable.getWriter();
                          writer.write(new TextEncoder().encode('Grüße'));
                          writer.close();
                          return [await new Response(readable).text(), await codeOf(closed)];
                        }
                        """, dialect)).isEqualTo(List.of("Grüße", "none"));
        assertThat(outcome(server.opened("/echo"))).isEmpty();
        assertThat(outcome(server.opened("/echo"))).isEmpty();
        server.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}")
    @ValueSource(ints = {1, 2})
    void the_server_may_end_first(int dialect) throws Exception {
        page.open(server::url);

        assertThat(page.callForList("""
                        async (dialect) => {
                          const duplex = watched(await make('/ends-first', { dialect }));
                          duplex.write('early, ');
                          const text = await textOf(duplex);
                          duplex.end('late');
                          return [text, ...(await eventsOf(duplex))];
                        }
                        """, dialect)).isEqualTo(List.of("That is all.", "end", "finish", "close"));
        assertThat(received.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("early, late");
        server.awaitNoSession();
    }

    @Test
    void a_reset_by_the_page_reaches_the_server_with_its_number_and_its_reason() throws Exception {
        page.open(server::url);

        assertThat(page.call("""
                        async () => {
                          const duplex = await connect('/silent');
                          duplex.reset(4711, 'Enough');
                          return codeOf(duplex.closed);
                        }
                        """)).isEqualTo("APPLICATION");
        Duplex duplex = server.opened("/silent");
        assertThat(outcome(duplex)).contains(ErrorCode.APPLICATION);
        assertThat(duplex.closed()
                        .toCompletableFuture()
                        .handle((nothing, failure) -> (DuplexException) failure)
                        .get())
                .hasMessageContaining("Enough")
                .extracting(DuplexException::number)
                .isEqualTo(4711);
        server.awaitNoSession();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"idle", "writing"})
    void a_reset_by_the_server_is_one_error(String activity) throws Exception {
        page.open(server::url);
        page.call("""
                async (activity) => {
                  window.duplex = watched(await make('/silent'));
                  duplex.resume();
                  duplex.write(activity === 'idle' ? 'x' : new Uint8Array(5_000_000));
                }
                """, activity);
        Duplex duplex = server.opened("/silent");
        // The page's bytes have begun to come.
        duplex.inputStream().read();

        duplex.reset(4711, "Enough");

        assertThat(page.callForList("() => eventsOf(duplex)", null)).isEqualTo(List.of("error APPLICATION", "close"));
        server.awaitNoSession();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"(duplex) => duplex.destroy()", "(_, abort) => abort.abort()"})
    void the_page_may_destroy_a_duplex(String destroy) throws Exception {
        page.open(server::url);

        assertThat(page.callForList("""
                        async () => {
                          const abort = new AbortController();
                          const duplex = watched(await make('/silent', { signal: abort.signal }));
                          duplex.write(new Uint8Array(2_000_000));
                          (%s)(duplex, abort);
                          return eventsOf(duplex);
                        }
                        """.formatted(destroy), null))
                .isEqualTo(destroy.contains("destroy") ? List.of("close") : List.of("error ABORTED", "close"));
        assertThat(outcome(server.opened("/silent"))).get().isIn(ErrorCode.CANCELLED, ErrorCode.ABORTED);
        server.awaitNoSession();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"make", "connect"})
    void not_a_byte_is_lost_when_the_connection_is_cut(String face) throws Exception {
        try (BadNetwork network = new BadNetwork(server.url("/"))) {
            page.open(network::url);
            page.call("""
                    async ({ face, size }) => {
                      const duplexes = await openEchoes(face, 2, {}, '/lively');
                      window.over = transferAll(face, duplexes, size);
                    }
                    """, Map.of("face", face, "size", SIZE / 2));

            // Both ways together they are twice as many, and an engine may have a connection for each POST.
            long before = network.passed();
            for (int cut = 1; cut <= CUTS; cut++) {
                long next = before + (long) cut * SIZE / CUTS; // however late the cut before was
                Await.until("more bytes have passed", () -> network.passed() >= next);
                network.cut();
            }

            assertThat(page.callForList("() => over", null))
                    .isEqualTo(Collections.nCopies(2, SIZE / 2 + " bytes, " + streaming));
            assertThat((long) page.call("() => losses")).isPositive();
            assertThat(outcome(server.opened("/lively"))).isEmpty();
            assertThat(outcome(server.opened("/lively"))).isEmpty();
            server.awaitNoSession();
        }
    }

    @Test
    void a_page_comes_back_when_its_server_was_started_again() throws Exception {
        try (BadNetwork network = new BadNetwork(server.url("/"))) {
            page.open(network::url);
            page.call("""
                    async () => {
                      const { keepOpen } = await import('/keep-open.js');
                      const { messages } = await import('/messages.js');
                      window.states = [];
                      window.heard = [];
                      window.kept = keepOpen('/echo', { min_pause: 50, max_pause: 500 }, async (duplex) => {
                        const { readable, writable } = messages(duplex);
                        const writer = writable.getWriter();
                        window.say = (text) => writer.write({ text });
                        const reader = readable.getReader();
                        for (let next = await reader.read(); !next.done; next = await reader.read()) {
                          heard.push(next.value.text);
                        }
                      });
                      kept.addEventListener('state', () => states.push(kept.state));
                      await until(() => kept.state === 'open', states);
                      say('before');
                      await until(() => heard.length === 1, 'the echo');
                    }
                    """);

            server.close();
            page.call("() => until(() => states.includes('waiting'), 'an attempt that fails')");
            server.start();
            network.leadTo(server.url("/"));

            assertThat(page.callForList("""
                            async () => {
                              await until(() => kept.state === 'open', () => states);
                              say('after');
                              await until(() => heard.length === 2, 'the echo');
                              kept.stop();
                              await kept.closed;
                              return heard;
                            }
                            """, null)).isEqualTo(List.of("before", "after"));
            assertThat(outcome(server.opened("/echo"))).contains(ErrorCode.ABORTED);
            server.awaitNoSession();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"location.reload()", "location.replace(location.href.replace('?', '?replaced-'))"})
    void the_server_learns_at_once_that_the_page_is_left(String leave) throws Exception {
        page.open(server::url);
        page.call("async () => { window.duplexes = [await make('/echo'), await connect('/echo')]; }");

        page.leave(leave);

        assertThat(outcome(server.opened("/echo"))).contains(ErrorCode.CANCELLED);
        assertThat(outcome(server.opened("/echo"))).contains(ErrorCode.CANCELLED);
        server.awaitNoSession();
    }

    @Test
    void a_duplex_survives_reloads_of_its_page() throws Exception {
        String type = """
                async () => {
                  window.duplex = await connect('/echo', { survive_reload: 'echo' });
                  await typed(duplex, 5);
                  return duplex.resumed?.read ?? -1;
                }
                """;
        page.open(server::url);
        assertThat(page.call(type)).isEqualTo(-1L);
        for (long read = 5; read <= 10; read += 5) {
            page.leave("location.reload()");
            assertThat(page.call(type)).isEqualTo(read);
        }

        assertThat(page.call("""
                        async () => {
                          duplex.writable.close();
                          await duplex.closed;
                          return Object.keys(sessionStorage).length;
                        }
                        """)).isEqualTo(0L);
        assertThat(outcome(server.opened("/echo"))).isEmpty();
        server.awaitNoSession();
    }

    @Test
    void a_page_that_comes_back_goes_on_if_the_engine_has_kept_it() throws Exception {
        page.open(server::url);
        page.call("async () => { window.duplex = await connect('/echo'); await typed(duplex, 3); }");
        Duplex duplex = server.opened("/echo");

        page.open(server::url);
        page.leave("history.back()");

        boolean kept = (boolean) page.call("() => 'duplex' in window");
        System.out.println("The engine has kept the page: " + kept);
        if (kept) {
            page.call("async () => { await typed(duplex, 3); duplex.writable.close(); await duplex.closed; }");
        }
        assertThat(outcome(duplex)).isEqualTo(kept ? Optional.empty() : Optional.of(ErrorCode.CANCELLED));
        server.awaitNoSession();
    }

    @Test
    void a_duplex_of_another_origin_is_opened() throws Exception {
        try (TestSite other = new TestSite()
                .with(
                        "/echo",
                        TestServer::echo,
                        options -> options.allowedOrigins(server.url("")).allowedHeaders("X-Mine"))
                .start()) {
            page.open(server::url);

            assertThat(page.call("""
                            async (url) => {
                              const duplex = await connect(url, { headers: { 'x-mine': 'yes' } });
                              await typed(duplex, 10);
                              duplex.writable.close();
                              return codeOf(duplex.closed);
                            }
                            """, other.url("/echo"))).isEqualTo("none");
            Duplex duplex = other.opened("/echo");
            assertThat(duplex.request().header("X-Mine")).isEqualTo("yes");
            assertThat(outcome(duplex)).isEmpty();
            other.awaitNoSession();
        }
    }

    @Test
    void an_opening_that_fails_says_why() {
        page.open(server::url);

        assertThat(page.call("""
                        () => make('/nothing-there').catch(({ name, code, response }) => [name, code, response.status])
                        """)).isEqualTo(List.of("ResponseError", "REFUSED", 404L));
        assertThat(page.call("() => codeOf(connect('https://localhost:1/'))")).isEqualTo("CONNECTION_LOST");
    }
}
