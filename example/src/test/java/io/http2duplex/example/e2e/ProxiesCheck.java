package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import io.http2duplex.example.e2e.Proxy.Kind;
import io.http2duplex.internal.undertow.TrustedProxies;
import io.http2duplex.wire.Listeners;
import io.http2duplex.wire.TestServer;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A table of every proxy and every mode: how long a key takes, and much both ways. Of the profile "proxies", on a machine
 * that does nothing else. What arrives is compared; the times are only shown.
 */
class ProxiesCheck {
    private static final int SIZE = Integer.getInteger("e2e.proxies-bytes", 20_000_000);
    private static final int KEYS = 100;

    /** What a page asks for; by default it streams both ways, where it can. */
    private static final Map<String, String> MODES = modes();

    private static final List<String> ROWS = new ArrayList<>();

    @RegisterExtension
    static final TestSite SERVER = new TestSite(ProxiesCheck::listenersBehindProxies)
            .with("/echo", TestServer::echo, builder -> builder.heartbeat(ProxiesIT.HEARTBEAT))
            .with(
                    "/socket",
                    TestServer::echo,
                    builder -> builder.webSocket(true).heartbeat(ProxiesIT.HEARTBEAT));

    @RegisterExtension
    final TestPage page = new TestPage();

    private static Map<String, String> modes() {
        Map<String, String> modes = new LinkedHashMap<>();
        modes.put("default", "{}");
        modes.put("typed", "{ download_modes: ['typed'] }");
        modes.put("polling", "{ download_modes: ['polling'] }");
        modes.put("POSTs", "{ disable_request_streaming: true }");
        return modes;
    }

    /** A WebSocket does not tell that its page is of the server's own origin: the proxies must tell what that is. */
    private static Listeners listenersBehindProxies(HttpHandler handler) {
        return Listeners.own(TrustedProxies.xForwarded(List.of("127.0.0.1")).wrap(handler));
    }

    @Test
    void no_proxy() {
        measure("none", SERVER.url("/page.html"));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "SQUID_CONNECT")
    void a_proxy(Kind kind) throws Exception {
        try (Proxy proxy = NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))) {
            measure(kind.name(), proxy.start().url("/page.html"));
        }
    }

    @Test
    void a_forward_proxy() throws Exception {
        Kind kind = Kind.SQUID_CONNECT;
        try (Proxy proxy = NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))) {
            page.renew(new Browser.NewContextOptions().setProxy(proxy.start().address()));
            measure(kind.name(), SERVER.url("/page.html"));
        }
    }

    private void measure(String name, String url) {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        List<String> cells = new ArrayList<>(List.of(name));
        for (String options : MODES.values()) {
            page.open(url); // anew: nothing is remembered
            cells.add(mode(options));
        }
        page.open(url);
        cells.add(socket());
        page.close();
        ROWS.add("| " + String.join(" | ", cells) + " |");
    }

    private String mode(String options) {
        List<Object> seen = page.callForList("""
                async ([size, keys]) => {
                  // Playwright takes every body of bytes for itself, which lasts longer than to send it. It leaves Blobs.
                  const { fetch } = window;
                  window.fetch = (url, init) =>
                    fetch(url, init?.body instanceof Uint8Array ? { ...init, body: new Blob([init.body]) } : init);
                  const [duplex] = await openEchoes('connect', 1, OPTIONS);
                  await typed(duplex, 10);
                  const median = await typed(duplex, keys);
                  const begun = performance.now();
                  const [received] = await transferAll('connect', [duplex], size);
                  const time = performance.now() - begun;
                  return [received, median, time / 1000, losses, duplex.downloadMode];
                }
                """.replace("OPTIONS", options), List.of(SIZE, KEYS));
        assertThat(seen.get(0)).asString().startsWith(SIZE + " bytes");
        String upload = seen.get(0).toString().contains("streaming") ? "stream" : "POSTs";
        return String.format(
                Locale.ROOT,
                "%.0f ms, %.1f s (%s up, %s down%s)",
                number(seen.get(1)),
                number(seen.get(2)),
                upload,
                seen.get(4),
                seen.get(3).equals(0) ? "" : "; detached " + seen.get(3) + " times");
    }

    private String socket() {
        List<Object> seen = page.callForList("""
                async (keys) => {
                  const [duplex] = await openEchoes('connect', 1, { websocket: 'at_once' }, '/socket');
                  const end = performance.now() + 5_000;
                  while (!isOnSocket(duplex) && performance.now() < end) {
                    await typed(duplex, 1);
                  }
                  return [await typed(duplex, keys), isOnSocket(duplex)];
                }
                """, KEYS);
        return seen.get(1).equals(true)
                ? String.format(Locale.ROOT, "%.0f ms", number(seen.get(0)))
                : "does not get through";
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    /** The table, which {@code docs/proxies.md} shows. */
    @AfterAll
    static void show() throws IOException {
        String head = "| proxy | " + String.join(" | ", MODES.keySet()) + " | WebSocket |\n"
                + "| --- ".repeat(MODES.size() + 2) + "|\n";
        String table = String.format(
                Locale.ROOT,
                "A key, median of %d, and %,d bytes there and back:%n%n%s%s%n",
                KEYS,
                SIZE,
                head,
                ROWS.stream().collect(Collectors.joining("\n")));
        System.out.println(table);
        Files.writeString(Path.of(System.getProperty("e2e.target"), "proxies.md"), table);
    }
}
