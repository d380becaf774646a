package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.example.e2e.RequestLog.Kind;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lives that end cleanly. No page may make any noise here: {@link TestPage} sees to that. */
class EndingIT {
    private static final BlockingQueue<String> RECEIVED = new LinkedBlockingQueue<>();

    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with("/echo", TestServer::echo)
            .with("/answers-at-the-end", EndingIT::answerAtTheEnd)
            .with("/ends-first", EndingIT::endFirst);

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeEach
    void open() {
        page.open(SERVER.url("/page.html"));
        SERVER.requests().clear();
    }

    private static void answerAtTheEnd(Duplex duplex) throws IOException {
        String text = textOf(duplex.inputStream());
        try (OutputStream output = duplex.outputStream()) {
            output.write(("You wrote: " + text).getBytes(UTF_8));
        }
    }

    private static void endFirst(Duplex duplex) throws IOException {
        try (OutputStream output = duplex.outputStream()) {
            output.write("That is all.".getBytes(UTF_8));
        }
        RECEIVED.add(textOf(duplex.inputStream()));
    }

    private static String textOf(InputStream input) throws IOException {
        return new String(input.readAllBytes(), UTF_8);
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void a_clean_life_takes_no_more_requests_than_it_needs(int dialect, String mode) throws Exception {
        assertThat(page.callForList("""
                        async (way) => {
                          const options = optionsOf(way);
                          const duplex = watched(await make('/echo', options));
                          duplex.end('Hello');
                          return [duplex.uploadMode, await textOf(duplex), ...(await eventsOf(duplex))];
                        }
                        """, List.of(dialect, mode)))
                .startsWith(mode, "Hello")
                .endsWith("close")
                .containsExactlyInAnyOrder(mode, "Hello", "end", "finish", "close");
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
        assertThat(SERVER.requests().kinds()).isEqualTo(RequestLog.ofCleanLife(dialect, mode));
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void the_page_may_end_first(int dialect, String mode) throws Exception {
        assertThat(page.callForList("""
                        async (way) => {
                          const options = optionsOf(way);
                          const duplex = watched(await make('/answers-at-the-end', options));
                          duplex.end('Grüße');
                          return [await textOf(duplex), ...(await eventsOf(duplex))];
                        }
                        """, List.of(dialect, mode)))
                .startsWith("You wrote: Grüße")
                .endsWith("close")
                .containsExactlyInAnyOrder("You wrote: Grüße", "finish", "end", "close");
        assertThat(outcome(SERVER.opened("/answers-at-the-end"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void the_server_may_end_first(int dialect, String mode) throws Exception {
        assertThat(page.call("""
                        async (way) => {
                          const options = optionsOf(way);
                          const duplex = watched(await make('/ends-first', options));
                          duplex.write('early, ');
                          const text = await textOf(duplex);
                          duplex.end('late');
                          return [text, ...(await eventsOf(duplex))];
                        }
                        """, List.of(dialect, mode))).isEqualTo(List.of("That is all.", "end", "finish", "close"));
        assertThat(RECEIVED.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("early, late");
        assertThat(outcome(SERVER.opened("/ends-first"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}")
    @ValueSource(ints = {1, 2})
    void small_writes_go_out_together_in_few_POSTs(int dialect) throws Exception {
        assertThat(page.call("""
                        async (dialect) => {
                          const duplex = await make('/echo', { dialect, disable_request_streaming: true });
                          for (let i = 0; i < 2000; i += 1) {
                            duplex.write(String(i).padStart(32));
                          }
                          duplex.end();
                          const text = await textOf(duplex);
                          return Array.from({ length: 2000 }, (_, i) => String(i).padStart(32)).join('') === text;
                        }
                        """, dialect)).isEqualTo(true);
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        assertThat(SERVER.requests().count(dialect == 1 ? Kind.CHUNK : Kind.FRAMES))
                .isBetween(1L, 20L);
    }
}
