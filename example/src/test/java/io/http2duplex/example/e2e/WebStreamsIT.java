package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestServer.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.example.e2e.RequestLog.Kind;
import io.http2duplex.protocol.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The face for pages without the Node layer: readable, writable and closed. */
class WebStreamsIT {
    @RegisterExtension
    static final TestServer SERVER =
            new TestServer().with("/echo", TestServer::echo).with("/silent", duplex -> {});

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeEach
    void open() {
        page.open(SERVER.url("/page.html"));
        SERVER.requests().clear();
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void a_clean_life_takes_no_more_requests_than_it_needs(String mode) throws Exception {
        assertThat(page.call("""
                        async (mode) => {
                          const { uploadMode, readable, writable, closed } = await connect('/echo', {
                            disable_request_streaming: mode === 'post',
                          });
                          const writer = writable.getWriter();
                          writer.write(new TextEncoder().encode('Grüße'));
                          writer.close();
                          const text = await new Response(readable).text();
                          return [uploadMode, text, await codeOf(closed)];
                        }
                        """, mode)).isEqualTo(List.of(mode, "Grüße", "none"));
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        assertThat(SERVER.sessions()).isZero();
        assertThat(SERVER.requests().kinds())
                .isEqualTo(
                        mode.equals("post")
                                ? List.of(Kind.OPEN, Kind.CHUNK, Kind.END)
                                : List.of(Kind.OPEN, Kind.SINGLE));
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

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void cancelling_the_readable_destroys_the_duplex(String mode) throws Exception {
        assertDestroyed(mode, "({ readable }) => readable.cancel('enough')");
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void aborting_the_writable_destroys_the_duplex(String mode) throws Exception {
        assertDestroyed(mode, "({ writable }) => writable.abort('enough')");
    }

    private void assertDestroyed(String mode, String destroy) throws Exception {
        // The upload that the page itself gives up; or it finds no session, when the notice has overtaken it.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        assertThat(page.call("""
                        async (mode) => {
                          const duplex = await connect('/silent', { disable_request_streaming: mode === 'post' });
                          await (%s)(duplex);
                          return codeOf(duplex.closed);
                        }
                        """.formatted(destroy), mode)).isEqualTo("CANCELLED");
        assertThat(outcome(SERVER.opened("/silent"))).contains(ErrorCode.CANCELLED);
        assertThat(SERVER.sessions()).isZero();
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void a_reset_by_the_server_errors_all_three(String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.call("""
                async (mode) => {
                  window.duplex = await connect('/silent', { disable_request_streaming: mode === 'post' });
                }
                """, mode);
        Duplex duplex = SERVER.opened("/silent");
        duplex.reset(4711, "Enough");

        assertThat(page.callForList("""
                        () => Promise.all([
                          codeOf(duplex.closed),
                          codeOf(duplex.readable.getReader().read()),
                          codeOf(duplex.writable.getWriter().closed),
                        ])
                        """, null)).containsOnly("CONNECTION_LOST");
        assertThat(outcome(duplex)).contains(ErrorCode.APPLICATION);
    }
}
