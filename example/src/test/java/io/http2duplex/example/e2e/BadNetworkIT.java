package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that do worse than to cut: what they lose they don't tell of, and what they bring comes late and in pieces. */
class BadNetworkIT {
    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with(
                    "/echo",
                    TestServer::echo,
                    builder -> builder.heartbeat(Duration.ofSeconds(1)).resumeTimeout(Duration.ofMinutes(1)));

    @RegisterExtension
    final TestPage page = new TestPage();

    /** Two duplexes wait together for what takes long: one streams its upload, the other sends POSTs. */
    @Test
    void a_connection_that_falls_silent_is_noticed_and_its_duplexes_go_on_over_another() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (BadNetwork network = new BadNetwork(SERVER.url("/"))) {
            page.open(network.url("/page.html"));
            page.call("""
                    async () => {
                      window.duplexes = [];
                      for (const disable_request_streaming of [false, true]) {
                        const duplex = await make('/echo', { disable_request_streaming });
                        duplex.events = [];
                        duplex.on('detached', () => duplex.events.push('detached'));
                        duplex.on('attached', () => duplex.events.push('attached'));
                        duplex.write('before, ');
                        await new Promise((resolve) => duplex.once('readable', resolve));
                        duplexes.push(duplex);
                      }
                    }
                    """);

            network.swallow();
            // Chromium takes some 20 s to see that its connection is dead, and only then makes another.
            assertThat(page.callForList("""
                            () => {
                              duplexes.forEach((duplex) => duplex.end('after'));
                              return Promise.all(duplexes.map(textOf));
                            }
                            """, null)).containsExactly("before, after", "before, after");

            for (Object events : page.callForList("() => duplexes.map(({ events }) => events)", null)) {
                assertThat(events)
                        .asInstanceOf(InstanceOfAssertFactories.LIST)
                        .startsWith("detached")
                        .endsWith("attached");
            }
            assertThat(page.callForList("() => duplexes.map(({ uploadMode }) => uploadMode)", null))
                    .isEqualTo(List.of("streaming", "post"));
            for (int i = 0; i < 2; i++) {
                assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            }
            SERVER.awaitNoSession();
            // What of the end is still on its way would fail with the network.
            page.close();
        }
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void what_comes_late_and_in_pieces_comes_whole(String mode) throws Exception {
        try (BadNetwork network = new BadNetwork(SERVER.url("/"))) {
            page.open(network.url("/page.html"));
            network.delay(1, 4_000, 3);

            assertThat(page.callForList("""
                            async (disable_request_streaming) =>
                              transferAll('make', await openEchoes('make', 2, { disable_request_streaming }), 1_000_000)
                            """, mode.equals("post")))
                    .isEqualTo(List.of("1000000 bytes, " + mode, "1000000 bytes, " + mode));
            for (int i = 0; i < 2; i++) {
                assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            }
            SERVER.awaitNoSession();
            // What of the end is still on its way would fail with the network.
            page.close();
        }
    }
}
