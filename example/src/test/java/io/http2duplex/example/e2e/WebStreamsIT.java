package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.TestServer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The face for pages without the Node layer: readable, writable and closed. */
class WebStreamsIT {
    @RegisterExtension
    static final TestSite SERVER =
            new TestSite().with("/echo", TestServer::echo).with("/silent", duplex -> {});

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeEach
    void open() {
        page.open(SERVER.url("/page.html"));
        SERVER.requests().clear();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void a_clean_life_takes_no_more_requests_than_it_needs(int dialect, String mode) throws Exception {
        assertThat(page.call("""
                        async (way) => {
                          const options = optionsOf(way);
                          const { uploadMode, readable, writable, closed } = await connect('/echo', {
                            ...options,
                          });
                          const writer = writable.getWriter();
                          writer.write(new TextEncoder().encode('Grüße'));
                          writer.close();
                          const text = await new Response(readable).text();
                          return [uploadMode, text, await codeOf(closed)];
                        }
                        """, List.of(dialect, mode))).isEqualTo(List.of(mode, "Grüße", "none"));
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
        assertThat(SERVER.requests().kinds()).isEqualTo(RequestLog.ofCleanLife(dialect, mode));
    }

    @Test
    void pipes_go_through_a_duplex() {
        assertThat(page.call("""
                        async () => {
                          const duplex = await connect('/echo');
                          const upper = new TransformStream({
                            transform: (text, controller) => controller.enqueue(text.toUpperCase()),
                          });
                          const source = new Blob(['through and back']).stream();
                          const result = source
                            .pipeThrough(duplex)
                            .pipeThrough(new TextDecoderStream())
                            .pipeThrough(upper);
                          let text = '';
                          for await (const part of result) {
                            text += part;
                          }
                          return text;
                        }
                        """)).isEqualTo("THROUGH AND BACK");
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void cancelling_the_readable_destroys_the_duplex(int dialect, String mode) throws Exception {
        assertDestroyed(dialect, mode, "({ readable }) => readable.cancel('enough')");
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void aborting_the_writable_destroys_the_duplex(int dialect, String mode) throws Exception {
        assertDestroyed(dialect, mode, "({ writable }) => writable.abort('enough')");
    }

    private void assertDestroyed(int dialect, String mode, String destroy) throws Exception {
        // The upload that the page itself gives up; or it finds no session, when the notice has overtaken it.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        assertThat(page.call("""
                        async (way) => {
                          const options = optionsOf(way);
                          const duplex = await connect('/silent', options);
                          await (%s)(duplex);
                          return codeOf(duplex.closed);
                        }
                        """.formatted(destroy), List.of(dialect, mode))).isEqualTo("CANCELLED");
        assertThat(outcome(SERVER.opened("/silent"))).contains(ErrorCode.CANCELLED);
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void a_reset_by_the_server_errors_all_three(int dialect, String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.call("""
                async (way) => {
                  const options = optionsOf(way);
                  window.duplex = await connect('/silent', options);
                }
                """, List.of(dialect, mode));
        Duplex duplex = SERVER.opened("/silent");
        duplex.reset(4711, "Enough");

        assertThat(page.callForList("""
                        () => Promise.all([
                          codeOf(duplex.closed),
                          codeOf(duplex.readable.getReader().read()),
                          codeOf(duplex.writable.getWriter().closed),
                        ])
                        """, null)).containsOnly(dialect == 1 ? "CONNECTION_LOST" : "APPLICATION");
        assertThat(outcome(duplex)).contains(ErrorCode.APPLICATION);
    }
}
