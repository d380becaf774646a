package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.InterferingProxy;
import io.http2duplex.wire.InterferingProxy.Kind;
import io.http2duplex.wire.TestServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Networks that change, repeat, answer and cut requests: nothing is lost, and nothing comes twice. */
class InterferingProxiesIT {
    private static final int SIZE = 5_000_000;

    @RegisterExtension
    static final TestSite SERVER =
            new TestSite().with("/echo", TestServer::echo).with("/dropped", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"ANSWERING", "STRIPPING", "REPEATING", "CUTTING"})
    void bytes_that_are_typed_and_5_MB_go_both_ways(Kind kind) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (InterferingProxy proxy = InterferingProxy.of(kind, SERVER.clearPort())) {
            page.open(proxy.url("/page.html"));
            // Only the one that cuts passes bodies on before they are whole.
            page.call("""
                    async (streams) => {
                      window.duplexes = await openEchoes('connect', 1, { disable_request_streaming: !streams });
                    }
                    """, kind == Kind.CUTTING);
            Object median = page.call("() => typed(duplexes[0], 20)");
            List<Object> seen = page.callForList("""
                    async (size) => {
                      const begun = performance.now();
                      const [received] = await transferAll('connect', duplexes, size);
                      return [received, duplexes[0].downloadMode, performance.now() - begun, losses];
                    }
                    """, SIZE);
            System.out.println(kind + ": typing " + median + " ms, then " + seen);
            // A break that takes the connection with it, as Undertow's may, tells nothing about streaming.
            List<String> modes = seen.get(3).equals(0) ? List.of("post") : List.of("post", "streaming");
            assertThat(modes).map(mode -> SIZE + " bytes, " + mode).contains((String) seen.get(0));
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            page.close();
        }
    }

    @Test
    void where_the_fields_of_duplexes_are_dropped_an_opening_fails_at_once_and_says_why() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (InterferingProxy proxy = InterferingProxy.of(Kind.STRIPPING_ALL, SERVER.clearPort())) {
            page.open(proxy.url("/page.html"));
            assertThat(page.callForList("""
                            async () => {
                              const error = await connect('/dropped', {}).catch((error) => error);
                              return [error.code, error.message];
                            }
                            """, null)).satisfies(failure -> {
                assertThat(failure.get(0)).isEqualTo("PROTOCOL_ERROR");
                assertThat(failure.get(1)).asString().contains("http2-duplex-id");
            });
            page.close();
        }
    }
}
