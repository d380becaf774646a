package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.example.e2e.RequestLog.Kind;
import io.http2duplex.wire.Listeners;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Duplexes work behind the listener of a stock Undertow, too, as all other tests have them behind the project's own. */
class StockUndertowIT {
    private static final int SIZE = 2_000_000;

    @RegisterExtension
    static final TestSite SERVER = new TestSite(Listeners::stock)
            .with("/echo", TestServer::echo)
            .with("/rotating", TestServer::echo, options -> options.maxDownloadLife(Duration.ofMillis(100)));

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest(name = "dialect {0}, {1} upload, TLS: {2}")
    @CsvSource({
        "1, streaming, true",
        "1, post, true",
        "2, streaming, true",
        "2, post, true",
        "1, post, false",
        "2, post, false"
    })
    void transfers_both_ways_at_once_arrive_unchanged(int dialect, String mode, boolean tls) {
        page.open(tls ? SERVER.url("/page.html") : SERVER.clearUrl("/page.html"));
        SERVER.requests().clear();

        assertThat(page.callForList("""
                        async ({ way, size }) =>
                          transferAll('make', await openEchoes('make', 5, optionsOf(way)), size)
                        """, Map.of("way", List.of(dialect, mode), "size", SIZE)))
                .isEqualTo(Collections.nCopies(5, SIZE + " bytes, " + mode));
        assertThat(SERVER.requests().protocols()).containsExactly(tls ? "HTTP/2.0" : "HTTP/1.1");
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "{0} upload")
    @CsvSource({"streaming", "post"})
    void a_page_can_resume(String mode) {
        page.expect(Noise.REQUEST, Noise.CONSOLE); // a stream whose first PING is answered late, since all is slow
        page.open(SERVER.url("/page.html"));
        SERVER.requests().clear();
        page.call("async (mode) => { window.duplex = await make('/rotating', optionsOf([2, mode])); }", mode);
        SERVER.requests().awaitOne(Kind.ATTACH);

        assertThat(page.call("() => { duplex.end('still here'); return textOf(duplex); }"))
                .isEqualTo("still here");
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void destroy_tells_the_server(int dialect, String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE); // the uploads that the page itself gives up
        page.open(SERVER.url("/page.html"));
        page.call("""
                async (way) => {
                  const duplex = await make('/echo', optionsOf(way));
                  duplex.write('Hello');
                  await new Promise((resolve) => duplex.once('data', resolve));
                  duplex.destroy();
                }
                """, List.of(dialect, mode));
        Duplex duplex = SERVER.opened("/echo");
        assertThat(outcome(duplex)).contains(ErrorCode.CANCELLED);
        SERVER.awaitNoSession();
    }
}
