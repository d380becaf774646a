package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import io.http2duplex.example.e2e.Proxy.Kind;
import io.http2duplex.internal.undertow.TrustedProxies;
import io.http2duplex.wire.Listeners;
import io.http2duplex.wire.TestServer;
import io.undertow.server.HttpHandler;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a WebSocket in each proxy, as it is configured: it gets through, or the duplex goes on over fetch. */
class ProxiedSocketsIT {
    private static final Set<Kind> PASSING = EnumSet.of(
            Kind.NGINX_TUNED,
            Kind.HAPROXY_H1,
            Kind.CADDY_H1,
            Kind.APACHE_H1,
            Kind.SQUID,
            Kind.SQUID_CONNECT,
            Kind.VARNISH,
            Kind.UNDERTOW);

    @RegisterExtension
    static final TestSite SERVER = new TestSite(ProxiedSocketsIT::listenersBehindProxies)
            .with("/echo", TestServer::echo, builder -> builder.webSocket(true).heartbeat(Duration.ofSeconds(1)));

    @RegisterExtension
    final TestPage page = new TestPage();

    /** A WebSocket does not tell that its page is of the server's own origin: the proxies must tell what that is. */
    private static Listeners listenersBehindProxies(HttpHandler handler) {
        return Listeners.own(TrustedProxies.xForwarded(List.of("127.0.0.1")).wrap(handler));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "HAPROXY_H1_DEFAULT")
    void a_duplex_moves_to_a_socket_if_the_proxy_lets_it_through(Kind kind) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (Proxy proxy = NotTested.unless(kind, () -> new Proxy(kind, SERVER.clearPort()))) {
            proxy.start();
            if (kind == Kind.SQUID_CONNECT) {
                page.renew(new Browser.NewContextOptions().setProxy(proxy.address()));
                page.open(SERVER.url("/page.html"));
            } else {
                page.open(proxy.url("/page.html"));
            }
            page.call("""
                    async () => {
                      window.duplexes = await openEchoes('connect', 1, { websocket: 'at_once' });
                      await typed(duplexes[0], 100);
                    }
                    """);
            if (PASSING.contains(kind)) {
                page.call("() => typedUntil(duplexes[0], () => isOnSocket(duplexes[0]))");
            }
            List<Object> seen = page.callForList("""
                    async () => {
                      const median = await typed(duplexes[0], 30);
                      const way = isOnSocket(duplexes[0]);
                      await transferInTurns(duplexes[0], 1_000_000, 0);
                      return [way, losses, median];
                    }
                    """, null);
            System.out.println(kind + ": by a socket: " + seen.get(0) + ", typing " + seen.get(2) + " ms");
            assertThat(seen).startsWith(PASSING.contains(kind));
            assertThat((int) seen.get(1))
                    .as("how often it was detached: HAProxy closes the connection that has asked for a WebSocket")
                    .isLessThanOrEqualTo(kind == Kind.HAPROXY_H2 ? 3 : 0);
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            // The next proxy's test would find one that the request for a socket had opened.
            SERVER.awaitNoSession();
            page.close();
        }
    }
}
