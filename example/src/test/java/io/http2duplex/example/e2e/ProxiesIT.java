package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import io.http2duplex.example.e2e.Proxy.Kind;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Through each proxy, in each way of the download: bytes that are typed, silence for longer than its timeout, and much
 * both ways; and the proxy is killed while bytes are under way.
 */
class ProxiesIT {
    private static final int SIZE = 5_000_000;
    /** Twice of it, and the proxies' timeouts of 3 s less it, are what a busy machine may take. */
    static final Duration HEARTBEAT = Duration.ofMillis(1_300);

    private static final List<String> WAYS = List.of("streaming", "typed", "polling");

    @RegisterExtension
    static final TestSite SERVER = site();

    @RegisterExtension
    final TestPage page = new TestPage();

    /** With an echo for each kind of proxy, at its name. */
    private static TestSite site() {
        TestSite site = new TestSite();
        for (Kind kind : Kind.values()) {
            site.with("/" + kind, TestServer::echo, builder -> builder.heartbeat(HEARTBEAT));
        }
        return site;
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "SQUID_CONNECT")
    void a_duplex_works_in_every_way_of_its_download(Kind kind) throws Exception {
        // Streaming uploads that are held back are given up.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        String path = "/" + kind;
        try (Proxy proxy = NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))) {
            proxy.start();
            page.open(proxy.url("/page.html"));
            page.call("""
                    async ({ ways, path }) => {
                      window.duplexes = [];
                      for (const way of ways) {
                        duplexes.push(...(await openEchoes('connect', 1, { download_modes: [way] }, path)));
                      }
                      await Promise.all(duplexes.map((duplex) => typed(duplex, 1)));
                      window.silentSince = performance.now();
                    }
                    """, Map.of("ways", WAYS, "path", path));
            // The heartbeat keeps them open beyond the proxy's timeout of 3 s.
            page.call("() => until(() => performance.now() > silentSince + 4_000)");
            assertThat(page.call("() => losses")).isEqualTo(0);
            for (int i = 0; i < WAYS.size(); i++) {
                List<Object> seen = page.callForList("""
                        async ({ i, size }) => {
                          const duplex = duplexes[i];
                          const median = await typed(duplex, 5);
                          const begun = performance.now();
                          const [received] = await transferAll('connect', [duplex], size);
                          return [received, duplex.downloadMode, median, performance.now() - begun];
                        }
                        """, Map.of("i", i, "size", SIZE));
                System.out.println(kind + ", " + WAYS.get(i) + ": typing " + seen.get(2) + " ms, then " + seen.get(0)
                        + " in " + seen.get(3) + " ms");
                assertThat(seen.get(0)).asString().startsWith(SIZE + " bytes");
                assertThat(seen.get(1)).isEqualTo(WAYS.get(i));
            }
            for (int i = 0; i < WAYS.size(); i++) {
                assertThat(outcome(SERVER.opened(path))).isEmpty();
            }

            page.call("""
                    async ({ size, path }) => {
                      window.duplexes = await openEchoes('connect', 1, {}, path);
                      // A session that was heard of is not given up at once.
                      await typed(duplexes[0], 1);
                      window.over = transferAll('connect', duplexes, size);
                    }
                    """, Map.of("size", SIZE, "path", path));
            proxy.kill();
            page.call("() => until(() => losses > 0)");
            proxy.start();
            assertThat(page.callForList("() => over", null).get(0)).asString().startsWith(SIZE + " bytes");
            assertThat(outcome(SERVER.opened(path))).isEmpty();
            page.close();
        }
    }

    /** HAProxy holds each piece of a streaming upload back for 200 ms. */
    @Test
    void a_duplex_and_those_after_it_use_posts_where_they_are_faster_than_a_stream() throws Exception {
        Kind kind = Kind.HAPROXY_H1_DEFAULT;
        try (Proxy proxy = NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))) {
            proxy.start();
            page.open(proxy.url("/page.html"));
            List<Object> seen = page.callForList("""
                    async (path) => {
                      const [duplex] = await openEchoes('connect', 1, {}, path);
                      const atFirst = duplex.uploadMode;
                      await typedUntil(duplex, () => duplex.uploadMode === 'post');
                      const median = await typed(duplex, 30);
                      const [next] = await openEchoes('connect', 1, {}, path);
                      return [atFirst, losses, next.uploadMode, median];
                    }
                    """, "/" + kind);
            System.out.println(kind + ", with POSTs: typing " + seen.get(3) + " ms");
            assertThat(seen).startsWith("streaming", 0, "post");
            assertThat(((Number) seen.get(3)).doubleValue()).isLessThan(60);
            page.close();
        }
    }

    @Test
    void a_duplex_works_through_a_forward_proxy() throws Exception {
        try (Proxy squid = NotTested.unless("CONNECT", () -> new Proxy(Kind.SQUID_CONNECT, SERVER.clearPort()))) {
            squid.start();
            page.renew(new Browser.NewContextOptions().setProxy(squid.address()));
            page.open(SERVER.url("/page.html"));
            List<Object> seen = page.callForList("""
                    async (size) => {
                      window.duplexes = await openEchoes('connect', 1, {}, '/SQUID_CONNECT');
                      return [await typed(duplexes[0], 10), ...(await transferAll('connect', duplexes, size))];
                    }
                    """, SIZE);
            System.out.println("CONNECT: typing " + seen.get(0) + " ms");
            assertThat(seen.get(1)).isEqualTo(SIZE + " bytes, streaming");
            assertThat(outcome(SERVER.opened("/SQUID_CONNECT"))).isEmpty();
            page.close();
        }
    }
}
