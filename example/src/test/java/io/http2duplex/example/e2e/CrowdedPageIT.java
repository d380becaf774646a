package io.http2duplex.example.e2e;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.wire.TestServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A page with many duplexes, and one whose other scripts use up what a page may have under way when it is left. */
class CrowdedPageIT {
    /** Of keepalive requests, a page may have 65,536 bytes under way. */
    private static final int MOST_KEEPALIVE_BYTES = 65_530;

    private static final int APPLICATION_RESET = 300;

    @RegisterExtension
    static final TestSite SERVER =
            new TestSite().with("/echo", TestServer::echo).withSilence("/silence");

    @RegisterExtension
    final TestPage page = new TestPage();

    /** Opens so many duplexes and writes a byte to each. {@return what has become of each within 6 seconds} */
    private List<Object> openAndEcho(int count) {
        return page.callForList("""
                async (count) => {
                  const late = new Promise((resolve) => setTimeout(resolve, 6_000, 'mute'));
                  window.losses = 0;
                  window.open = [];
                  const turn = async ({ writer, reader }, byte) => {
                    await writer.write(Uint8Array.of(byte));
                    const { value } = await reader.read();
                    return value.length === 1 && value[0] === byte ? 'echoed' : `${value}`;
                  };
                  window.turn = turn;
                  const use = async (byte) => {
                    try {
                      const duplex = await connect('/echo');
                      duplex.addEventListener('detached', () => (losses += 1));
                      const used = {
                        duplex, writer: duplex.writable.getWriter(), reader: duplex.readable.getReader(),
                      };
                      open.push(used);
                      return await turn(used, byte);
                    } catch (error) {
                      return `${error.code}: ${error.message}`;
                    }
                  };
                  return Promise.all(Array.from({ length: count }, (_, i) => Promise.race([use(i % 256), late])));
                }
                """, count);
    }

    /** Each duplex that was opened goes on. */
    private void echoAgain(int count) {
        assertThat(page.callForList("() => Promise.all(open.map((used, i) => turn(used, i % 256)))", null))
                .isEqualTo(Collections.nCopies(count, "echoed"));
    }

    private void end() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.call("() => open.forEach(({ duplex }) => duplex.reset(300, 'done'))");
        SERVER.awaitNoSession();
    }

    @Test
    void sixty_duplexes_of_a_page_all_echo_within_6_seconds() {
        page.open(SERVER.url("/page.html"));

        assertThat(openAndEcho(60)).isEqualTo(Collections.nCopies(60, "echoed"));
        echoAgain(60);
        assertThat(page.call("() => losses")).isEqualTo(0);
        end();
    }

    @Test
    void of_three_hundred_each_echoes_or_is_refused_with_a_reason_within_6_seconds() {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(SERVER.url("/page.html"));

        List<Object> outcomes = openAndEcho(300);
        int echoed = Collections.frequency(outcomes, "echoed");
        List<Object> refusals = new ArrayList<>(outcomes);
        refusals.removeAll(List.of("echoed"));
        System.out.printf("Of 300 duplexes %d echo; others: %s%n", echoed, refusals.isEmpty() ? "" : refusals.get(0));
        assertThat(refusals)
                .allSatisfy(refusal ->
                        assertThat((String) refusal).startsWith("OVERLOADED: ").contains("maxSessionsPerConnection"));
        assertThat(echoed).isGreaterThanOrEqualTo(60);
        echoAgain(echoed);
        assertThat(page.call("() => losses")).isEqualTo(0);
        end();
    }

    @Test
    void resets_reach_the_server_although_other_scripts_have_used_up_the_bytes_of_keepalive_requests()
            throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(SERVER.url("/page.html"));
        page.call("""
                async ({ bytes, number }) => {
                  const duplexes = await openEchoes('connect', 40, {});
                  fetch('/silence', { method: 'POST', body: new Uint8Array(bytes), keepalive: true }).catch(() => {});
                  duplexes.forEach((duplex, i) => duplex.reset(number, `${i} `.repeat(100)));
                }
                """, Map.of("bytes", MOST_KEEPALIVE_BYTES, "number", APPLICATION_RESET));

        for (int i = 0; i < 40; i++) {
            Duplex duplex = SERVER.opened("/echo");
            assertThatThrownBy(() -> duplex.closed().toCompletableFuture().get(5, SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            DuplexException.class,
                            failure -> assertThat(failure.number()).isEqualTo(APPLICATION_RESET));
        }
        SERVER.awaitNoSession();
    }
}
