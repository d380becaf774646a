package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.InterferingProxy;
import io.http2duplex.wire.InterferingProxy.Kind;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Networks that hold responses back, or end them: the page goes on by the next way. The profile {@code cuts} makes the
 * changes more.
 */
class HeldResponsesIT {
    private static final int SIZE = 5_000_000;
    private static final int CHANGES = Integer.getInteger("e2e.cuts", 20);
    private static final int BYTES = Integer.getInteger("e2e.cuts-bytes", 10_000_000);

    /** Within two heartbeats the page has tried its ways: after them the server breaks the first one off. */
    @RegisterExtension
    static final TestSite SERVER =
            new TestSite().with("/echo", TestServer::echo, builder -> builder.heartbeat(Duration.ofSeconds(5)));

    @RegisterExtension
    final TestPage page = new TestPage();

    /**
     * Opens a duplex of the page.
     *
     * @param name of the page's variable for it
     * @return its way down, and how many milliseconds the opening took
     */
    private List<Object> open(String name) {
        return page.callForList("""
                async (name) => {
                  const begun = performance.now();
                  window[name] = await openEchoes('connect', 1, {});
                  return [window[name][0].downloadMode, performance.now() - begun];
                }
                """, name);
    }

    @Test
    void where_bodies_are_held_back_a_page_opens_by_polls_within_8_seconds_and_the_next_time_at_once()
            throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (InterferingProxy proxy = InterferingProxy.of(Kind.HOLDING, SERVER.clearPort())) {
            page.open(proxy.url("/page.html"));

            List<Object> opened = open("duplexes");
            assertThat(opened.get(0)).isEqualTo("polling");
            assertThat(((Number) opened.get(1)).doubleValue()).isBetween(6_000.0, 8_000.0);

            List<Object> again = open("others");
            assertThat(again.get(0)).isEqualTo("polling");
            assertThat(((Number) again.get(1)).doubleValue()).isLessThan(1_000);

            Number median = (Number) page.call("() => typed(others[0], 20)");
            System.out.println("Typing by polls: a median of " + median + " ms");
            assertThat(median.doubleValue()).isLessThan(500);

            assertThat(page.callForList("(size) => transferAll('connect', duplexes, size)", SIZE))
                    .isEqualTo(List.of(SIZE + " bytes, post"));
            assertThat(page.call("() => losses")).isEqualTo(0);
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            page.close();
        }
    }

    @Test
    void where_the_heads_of_responses_pass_and_their_bodies_are_held_back_a_page_opens_by_polls_too() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (InterferingProxy proxy = InterferingProxy.of(Kind.HOLDING_BODIES, SERVER.clearPort())) {
            page.open(proxy.url("/page.html"));

            List<Object> opened = open("duplexes");
            assertThat(opened.get(0)).isEqualTo("polling");
            assertThat(((Number) opened.get(1)).doubleValue()).isLessThan(8_000);
            assertThat(page.callForList("(size) => transferAll('connect', duplexes, size)", 100_000))
                    .isEqualTo(List.of("100000 bytes, post"));
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            page.close();
        }
    }

    @Test
    void where_every_response_is_ended_after_a_second_a_page_goes_on_by_polls_and_nothing_is_lost() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (InterferingProxy proxy = InterferingProxy.of(Kind.ENDING, SERVER.clearPort())) {
            page.open(proxy.url("/page.html"));

            page.call("""
                    async () => {
                      window.duplexes = await openEchoes('connect', 1, { disable_request_streaming: true });
                      await until(() => duplexes[0].downloadMode === 'polling');
                      window.lossesBefore = losses;
                    }
                    """);
            assertThat(((Number) page.call("() => losses")).intValue()).isBetween(6, 12);
            assertThat(page.callForList("(size) => transferAll('connect', duplexes, size)", SIZE))
                    .isEqualTo(List.of(SIZE + " bytes, post"));
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            page.close();
        }
    }

    /** A stream is soon ended; after three of them the page polls, and tries a stream when the network is another. */
    @Test
    void not_a_byte_is_lost_while_a_page_changes_its_way_again_and_again() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (InterferingProxy proxy = InterferingProxy.ending(SERVER.clearPort(), Duration.ofMillis(200))) {
            page.open(proxy.url("/page.html"));

            List<Object> seen = page.callForList("""
                    async ({ bytes, changes }) => {
                      const [duplex] = await openEchoes('connect', 1, {
                        disable_request_streaming: true,
                        download_modes: ['streaming', 'polling'],
                      });
                      // No pause before the next try.
                      duplex.addEventListener('detached', () => dispatchEvent(new Event('pageshow')));
                      const look = () => {
                        if (duplex.downloadMode === 'polling') {
                          dispatchEvent(new Event('online'));
                          setTimeout(look, 1_000); // one that came before the first poll tells nothing
                        }
                      };
                      const onchange = () => setTimeout(look, 50);
                      const begun = performance.now();
                      const seen = await transferInTurns(duplex, bytes, changes, 16_384, onchange);
                      return [...seen, performance.now() - begun, losses];
                    }
                    """, Map.of("bytes", BYTES, "changes", CHANGES));

            System.out.println(seen.get(0) + " bytes each way, " + seen.get(1) + " changes, " + seen.get(2) + " ms, "
                    + seen.get(3) + " losses");
            assertThat(((Number) seen.get(0)).intValue()).isGreaterThanOrEqualTo(BYTES);
            assertThat(((Number) seen.get(1)).intValue()).isGreaterThanOrEqualTo(CHANGES);
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            page.close();
        }
    }
}
