package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import io.http2duplex.example.e2e.Proxy.Kind;
import io.http2duplex.wire.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/**
 * Through each proxy, in each way of the download: silence for longer than its timeout, bytes that are typed, and much
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

    /** With an echo for each kind of proxy, at its name, and those of the tests that leave theirs open. */
    private static TestSite site() {
        TestSite site = new TestSite();
        for (String path : List.of("/posts", "/silent")) {
            site.with(path, TestServer::echo, builder -> builder.heartbeat(HEARTBEAT));
        }
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
                    }
                    """, Map.of("ways", WAYS, "path", path));
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
                      // Until the proxy is gone nothing is read, or the transfer could be over by then.
                      const { readable, writable, closed } = duplexes[0];
                      const gone = until(() => losses > 0);
                      const gate = { transform: (chunk, out) => gone.then(() => out.enqueue(chunk)) };
                      const held = readable.pipeThrough(new TransformStream(gate));
                      window.over = transferAll('connect', [{ readable: held, writable, closed }], size);
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

    /** The heartbeat keeps downloads open beyond the proxies' timeout of 3 s. All proxies wait at the same time. */
    @Test
    void no_duplex_is_detached_while_it_is_silent_for_longer_than_its_proxy_waits() throws Exception {
        // Streaming uploads that are held back are given up.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        List<Proxy> proxies = new ArrayList<>();
        Map<Kind, Page> pages = new EnumMap<>(Kind.class);
        try {
            for (Kind kind : EnumSet.complementOf(EnumSet.of(Kind.SQUID_CONNECT))) {
                Proxy proxy = started(kind);
                if (proxy != null) {
                    proxies.add(proxy);
                    pages.put(kind, page.openBeside(proxy.url("/page.html")));
                }
            }
            pages.forEach((kind, one) -> one.evaluate("""
                    ([ways, path]) => {
                      window.silence = (async () => {
                        const duplexes = [];
                        for (const way of ways) {
                          const [duplex] = await openEchoes('connect', 1, { download_modes: [way] }, path);
                          // One stream is given up, not three at once: Apache would let POSTs wait for that.
                          await typed(duplex, 1);
                          duplexes.push(duplex);
                        }
                        const silentSince = performance.now();
                        await until(() => performance.now() > silentSince + 4_000);
                        const detached = losses;
                        await Promise.all(duplexes.map((duplex) => typed(duplex, 1)));
                        return detached;
                      })();
                    }
                    """, List.of(WAYS, "/silent")));
            pages.forEach((kind, one) -> assertThat(one.evaluate("() => silence"))
                    .as("how often a duplex through %s was detached", kind)
                    .isEqualTo(0));
            page.close();
        } finally {
            proxies.forEach(Proxy::close);
        }
    }

    /** {@return a proxy; null if this machine can't have it, which is noted} */
    private static @Nullable Proxy started(Kind kind) throws Exception {
        try {
            return NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))
                    .start();
        } catch (TestAbortedException missing) {
            return null;
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
                    """, "/posts");
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
