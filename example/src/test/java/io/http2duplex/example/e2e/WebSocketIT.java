package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.CDPSession;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexObserver;
import io.http2duplex.example.e2e.SocketNetwork.Treatment;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Duplexes that move to a WebSocket and back, in Chromium: no byte is lost, and a network that spoils WebSockets is not
 * noticed. The profile {@code cuts} makes the changes more.
 */
class WebSocketIT {
    private static final int CHANGES = Integer.getInteger("e2e.cuts", 20);
    private static final int BYTES = Integer.getInteger("e2e.cuts-bytes", 10_000_000);
    private static final int SIZE = 5_000_000;

    private static final AtomicInteger DETACHED = new AtomicInteger();

    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with("/echo", TestServer::echo, builder -> builder.webSocket(true))
            .with(
                    "/rotating",
                    TestServer::echo,
                    builder -> builder.webSocket(true).maxDownloadLife(Duration.ofMillis(100)))
            .with(
                    "/lively",
                    TestServer::idle,
                    builder -> builder.webSocket(true)
                            .heartbeat(Duration.ofSeconds(1))
                            .observer(new DuplexObserver() {
                                @Override
                                public void detached(Duplex duplex, Detachment why) {
                                    DETACHED.incrementAndGet();
                                }
                            }))
            .withPolicy("/strict/", "connect-src https:");

    @RegisterExtension
    final TestPage page = new TestPage();

    private static SocketNetwork network(Treatment treatment) {
        return new SocketNetwork(SERVER.url("/"), treatment);
    }

    /** Opens so many duplexes to the echo, which ask for sockets at once. */
    private void open(int count) {
        page.call("""
                async (count) => {
                  window.duplexes = await openEchoes('connect', count, { websocket: 'at_once' });
                }
                """, count);
    }

    private void openOnSockets(int count) {
        open(count);
        page.call("() => until(() => duplexes.every(isOnSocket))");
    }

    /** The page transfers so many bytes over each of its duplexes, both ways at once, and all of them end cleanly. */
    private void transfer(int count, int size) throws Exception {
        assertThat(page.callForList("(size) => transferAll('connect', duplexes, size)", size))
                .hasSize(count)
                .allSatisfy(result -> assertThat((String) result).startsWith(size + " bytes"));
        assertEndedCleanly(count);
    }

    private static void assertEndedCleanly(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        }
        SERVER.awaitNoSession();
    }

    private void assertNoLoss() {
        assertThat(page.call("() => losses")).isEqualTo(0);
    }

    @Test
    void a_duplex_that_is_typed_on_moves_to_a_socket_and_stays_there_for_5_MB_of_small_turns() throws Exception {
        page.open(SERVER.url("/page.html"));
        page.call("async () => { window.duplexes = await openEchoes('connect', 1, {}); }");
        Object before = page.call("() => typed(duplexes[0], 7)");
        assertThat(page.call("() => isOnSocket(duplexes[0])")).isEqualTo(false);

        page.call("() => typedUntil(duplexes[0], () => isOnSocket(duplexes[0]))");

        Object after = page.call("() => typed(duplexes[0], 50)");
        System.out.println("A byte there and back, median: " + before + " ms by fetch, " + after + " ms by a socket");
        assertThat(page.callForList("(size) => transferInTurns(duplexes[0], size, 0)", SIZE))
                .satisfies(seen -> assertThat(((Number) seen.get(0)).intValue()).isGreaterThanOrEqualTo(SIZE))
                .endsWith(0);
        assertNoLoss();
        assertEndedCleanly(1);
    }

    @Test
    void bulk_goes_back_to_fetch_whole() throws Exception {
        page.open(SERVER.url("/page.html"));
        openOnSockets(1);
        page.call("() => { window.back = until(() => !isOnSocket(duplexes[0])); }");

        transfer(1, 2 * SIZE);

        page.call("() => back");
        assertNoLoss();
    }

    /** The server wants each download replaced soon, also a socket. */
    @Test
    void not_a_byte_is_lost_while_a_duplex_moves_to_a_socket_and_back_again_and_again() throws Exception {
        page.open(SERVER.url("/page.html"));

        List<Object> seen = page.callForList("""
                async ({ bytes, changes }) => {
                  window.duplexes = await openEchoes('connect', 1, { websocket: 'at_once' }, '/rotating');
                  const begun = performance.now();
                  return [...(await transferInTurns(duplexes[0], bytes, changes)), performance.now() - begun];
                }
                """, Map.of("bytes", BYTES, "changes", CHANGES));

        System.out.println(seen.get(0) + " bytes each way, " + seen.get(1) + " changes, " + seen.get(2) + " ms");
        assertThat(((Number) seen.get(1)).intValue()).isGreaterThanOrEqualTo(CHANGES);
        assertNoLoss();
        assertThat(outcome(SERVER.opened("/rotating"))).isEmpty();
    }

    @Test
    void a_socket_that_is_cut_is_replaced_by_fetch() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (SocketNetwork network = network(Treatment.PASS)) {
            page.open(network.url("/page.html"));
            openOnSockets(3);
            page.call(
                    "(size) => { window.turns = duplexes.map((duplex) => transferInTurns(duplex, size, 1)); }",
                    300_000);
            Await.until("bytes on the sockets", () -> network.passed() > 200_000);

            network.cut();

            assertThat(page.callForList("() => Promise.all(turns)", null)).hasSize(3);
            assertThat(page.call("() => losses")).isEqualTo(3);
            assertEndedCleanly(3);
            page.close();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PASS")
    void a_network_that_spoils_sockets_is_not_noticed(Treatment treatment) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (SocketNetwork network = network(treatment)) {
            page.open(network.url("/page.html"));
            open(1);
            if (treatment.attaches) {
                page.call("() => typedUntil(duplexes[0], () => isOnSocket(duplexes[0]))");
                Object longest = page.call("() => typedUntil(duplexes[0], () => !isOnSocket(duplexes[0]))");
                System.out.println(treatment + ": a byte took " + longest + " ms at most");
            } else {
                Await.until("the socket is given up", () -> {
                    page.call("() => typed(duplexes[0], 5)");
                    return network.upgrades() == 1 && network.isEmpty();
                });
            }
            page.call("() => typed(duplexes[0], 20)");
            assertThat(network.upgrades()).as("it is not tried again at once").isEqualTo(1);
            // One that is closed detaches the duplex for a moment.
            assertThat(page.call("() => losses")).isEqualTo(treatment == Treatment.CLOSE ? 1 : 0);
            transfer(1, 500_000);
            page.close();
        }
    }

    @Test
    void a_page_whose_policy_forbids_sockets_goes_on_by_fetch() throws Exception {
        page.expect(Noise.CONSOLE);
        page.open(SERVER.url("/strict/page.html"));
        open(1);

        page.call("() => typed(duplexes[0], 20)");

        assertThat(page.noise(Noise.CONSOLE))
                .singleElement()
                .asString()
                .contains("Content Security Policy")
                .contains("connect-src https:");
        assertThat(page.call("() => isOnSocket(duplexes[0])")).isEqualTo(false);
        assertNoLoss();
        transfer(1, 500_000);
    }

    @Test
    void of_60_duplexes_4_have_a_socket_and_all_of_them_work() throws Exception {
        page.open(SERVER.url("/page.html"));
        open(60);
        page.call("() => until(() => duplexes.filter(isOnSocket).length === 4)");

        page.call("() => Promise.all(duplexes.map((duplex) => typed(duplex, 10)))");

        assertThat(page.call("() => duplexes.filter(isOnSocket).length")).isEqualTo(4);
        assertNoLoss();
        transfer(60, 20_000);
    }

    @Test
    void a_page_that_was_offline_goes_on_and_moves_again() throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (BadNetwork network = new BadNetwork(SERVER.url("/"))) {
            page.open(network.url("/page.html"));
            openOnSockets(1);
            page.page().context().setOffline(true);
            network.cut();
            // In some runs nothing says that the socket has ended: the page leaves it when a PING brings no answer.
            page.call("() => until(() => !isOnSocket(duplexes[0]))");
            page.call("() => { window.byte = typed(duplexes[0], 1); }");

            page.page().context().setOffline(false);

            page.call("() => byte");
            page.call("() => typedUntil(duplexes[0], () => isOnSocket(duplexes[0]))");
            transfer(1, 100_000);
            page.close();
        }
    }

    /** A browser may freeze what is in the background: its scripts stand still, and answer nothing. */
    @Test
    void a_page_whose_scripts_stood_still_in_the_background_goes_on() throws Exception {
        // A POST that the page itself gives up, since the server has said that all is over.
        page.expect(Noise.REQUEST);
        page.open(SERVER.url("/page.html"));
        page.call("""
                async () => {
                  window.duplexes = await openEchoes('connect', 1, { websocket: 'at_once' }, '/lively');
                  await until(() => isOnSocket(duplexes[0]));
                  setTimeout(() => {
                    duplexes[0].writable.close();
                    window.text = new Response(duplexes[0].readable).text();
                  }, 1_000);
                }
                """);
        Duplex duplex = SERVER.opened("/lively");
        CDPSession devTools = page.page().context().newCDPSession(page.page());
        int before = DETACHED.get();

        devTools.send("Debugger.enable");
        devTools.send("Debugger.pause");
        Await.until("the server has heard nothing for two heartbeats", () -> DETACHED.get() > before);
        duplex.send(ByteBuffer.wrap("meanwhile".getBytes(StandardCharsets.UTF_8)));
        duplex.end();
        devTools.send("Debugger.resume");

        page.call("() => until(() => window.text)");
        assertThat(page.call("() => text")).isEqualTo("meanwhile");
        assertThat(outcome(duplex)).isEmpty();
        SERVER.awaitNoSession();
    }

    @Test
    void a_page_that_is_left_resets_its_duplex() throws Exception {
        page.open(SERVER.url("/page.html"));
        openOnSockets(1);

        page.page().navigate("about:blank");

        assertThat(outcome(SERVER.opened("/echo"))).isPresent();
        SERVER.awaitNoSession();
    }
}
