package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.example.e2e.Proxy.Kind;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Through each proxy: bytes that are typed, silence for longer than its timeout, and much both ways. */
class ProxiesIT {
    private static final int SIZE = 5_000_000;

    @RegisterExtension
    static final TestSite SERVER =
            new TestSite().with("/echo", TestServer::echo, builder -> builder.heartbeat(Duration.ofSeconds(1)));

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_duplex_works_in_every_way_of_its_download(Kind kind) throws Exception {
        // Streaming uploads that are held back are given up.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (Proxy proxy = NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))) {
            proxy.start();
            page.open(proxy.url("/page.html"));
            for (String way : List.of("streaming", "typed", "polling")) {
                page.call("""
                        async (way) => {
                          window.duplexes = await openEchoes('connect', 1, { download_modes: [way] });
                          window.silentSince = performance.now();
                        }
                        """, way);
                // The heartbeat keeps it open beyond the proxy's timeout of 3 s.
                if (way.equals("streaming")) {
                    page.call("() => until(() => performance.now() > silentSince + 4_000)");
                    assertThat(page.call("() => losses")).isEqualTo(0);
                }
                Object median = page.call("() => typed(duplexes[0], 30)");
                List<Object> seen = page.callForList("""
                        async (size) => {
                          const begun = performance.now();
                          const [received] = await transferAll('connect', duplexes, size);
                          return [received, duplexes[0].downloadMode, performance.now() - begun, losses];
                        }
                        """, SIZE);
                System.out.println(kind + ", " + way + ": typing " + median + " ms, then " + seen.get(0) + " in "
                        + seen.get(2) + " ms");
                assertThat(seen.get(0)).asString().startsWith(SIZE + " bytes");
                assertThat(seen.get(1)).isEqualTo(way);
                assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            }
            page.close();
        }
    }
}
