package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.http2duplex.Duplex;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A duplex with the option {@code survive_reload} goes on in the next page of its tab, and in one page only. */
class ReloadIT {
    private static final int UNDER_WAY = 5_000_000;
    private static final int BLOCK = 64 * 1024;
    private static final int SIZE = 300 * BLOCK;
    /** So much goes before the reload: the windows of both sides have grown by then. */
    private static final int BEFORE = 100 * BLOCK;

    /** It takes longer than a page lives here. */
    private static final int LONG = 30_000_000;

    private static final int DOWN = 1;
    private static final int UP = 2;

    private static final AtomicLong WRITTEN = new AtomicLong();
    private static final BlockingQueue<Boolean> ALL_ARRIVED = new LinkedBlockingQueue<>();

    @RegisterExtension
    static final TestSite SERVER = new TestSite()
            .with("/echo", TestServer::echo)
            .with("/both", ReloadIT::transferBothWays)
            .with("/sockets", TestServer::echo, builder -> builder.webSocket(true));

    @RegisterExtension
    final TestPage page = new TestPage();

    @BeforeEach
    void open() {
        // The requests of the page that is left.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(SERVER.url("/page.html"));
        WRITTEN.set(0);
    }

    private static void transferBothWays(Duplex duplex) throws IOException {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(duplex));
        RandomBytes expected = new RandomBytes(UP);
        boolean same = true;
        long size = 0;
        try (InputStream input = duplex.inputStream()) {
            byte[] block = new byte[BLOCK];
            for (int read = input.read(block); read >= 0; read = input.read(block)) {
                same &= expected.areNext(ByteBuffer.wrap(block, 0, read));
                size += read;
            }
        }
        writing.join();
        ALL_ARRIVED.add(same && size == SIZE);
    }

    private static void write(Duplex duplex) {
        RandomBytes content = new RandomBytes(DOWN);
        try (OutputStream output = duplex.outputStream()) {
            for (int i = 0; i < SIZE / BLOCK; i++) {
                output.write(content.take(BLOCK));
                WRITTEN.addAndGet(BLOCK);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void reload(Page reloaded) {
        reloaded.evaluate("() => { window.old = true; location.reload(); }");
        awaitReloaded(reloaded);
    }

    private void awaitReloaded(Page reloaded) {
        reloaded.waitForFunction("() => window.ready && !window.old");
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void megabytes_under_way_each_way_survive_a_reload(String mode) throws Exception {
        int read = (int)
                page.call("""
                async ({ mode, size, last, seeds }) => {
                  const [down, up] = seeds.map((seed) => new RandomBytes(seed));
                  let writer;
                  // The page's last words, before the client's own listener.
                  addEventListener('pagehide', () => writer.write(up.take(last)).catch(() => {}));
                  const options = { ...optionsOf([2, mode]), survive_reload: 'both' };
                  const [duplex] = await openEchoes('connect', 1, options, '/both');
                  const unconfirmed = () => sessionStorage.getItem('http2-duplex:both').length * 2;
                  addEventListener('pagehide', () => (sessionStorage.stored = unconfirmed()));
                  writer = duplex.writable.getWriter();
                  const write = async () => {
                    for (let written = 0; written < size; written += 65_536) {
                      await writer.write(up.take(65_536));
                    }
                  };
                  const read = async () => {
                    const reader = duplex.readable.getReader();
                    let read = 0;
                    while (read < size) {
                      const { value } = await reader.read();
                      down.check(value, read);
                      read += value.length;
                    }
                    return read;
                  };
                  return (await Promise.all([read(), write()]))[0];
                }
                """, Map.of("mode", mode, "size", BEFORE, "last", UNDER_WAY, "seeds", List.of(DOWN, UP)));
        Await.until("so much is under way", () -> WRITTEN.get() - read >= UNDER_WAY);

        reload(page.page());

        List<Object> seen = page.callForList("""
                async ({ mode, size, seeds: [down, up] }) => {
                  const stored = Number(sessionStorage.stored);
                  sessionStorage.removeItem('stored');
                  const options = { ...optionsOf([2, mode]), survive_reload: 'both' };
                  const [duplex] = await openEchoes('connect', 1, options, '/both');
                  const { resumed, notResumed } = duplex;
                  if (!resumed) {
                    throw notResumed ?? new Error(`Nothing was kept: ${stored}`);
                  }
                  const received = await transferWeb(duplex, up, size, down);
                  return [resumed.read, resumed.ended, received, Object.keys(sessionStorage), stored, resumed.written];
                }
                """, Map.of("mode", mode, "size", SIZE, "seeds", List.of(DOWN, UP)));
        assertThat(seen).startsWith(read, false, SIZE, List.of());
        assertThat((int) seen.get(4))
                .as(
                        "bytes in storage: as much of the page's last words as the client's buffer takes, which grows with use")
                .isGreaterThan(1_000_000);
        assertThat((int) seen.get(5)).isGreaterThan(BEFORE);
        assertThat(ALL_ARRIVED.poll(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(outcome(SERVER.opened("/both"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "{0}, {1} upload")
    @CsvSource({"make, streaming", "make, post", "connect, streaming", "connect, post"})
    void reloads_in_the_middle_of_a_transfer_lose_nothing(String face, String mode) throws Exception {
        String transfer = """
                async ({ face, mode, size }) => {
                  const options = { ...optionsOf([2, mode]), survive_reload: 'echo' };
                  const duplexes = await openEchoes(face, 1, options);
                  const read = duplexes[0].resumed?.read ?? -1;
                  const received = transferAll(face, duplexes, size);
                  received.catch(() => {});
                  window.over = received;
                  return read;
                }
                """;
        Map<String, Object> how = Map.of("face", face, "mode", mode, "size", LONG);
        page.call(transfer, how);
        for (int i = 0; i < 3; i++) {
            reload(page.page());
            assertThat((int) page.call(transfer, how))
                    .as("bytes that were read when the page was reloaded; -1 if the duplex did not go on")
                    .isBetween(0, LONG - 1);
        }

        assertThat(page.callForList("async () => [...(await over), Object.keys(sessionStorage).length]", null))
                .isEqualTo(List.of(LONG + " bytes, " + mode, 0));
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @Test
    void a_duplex_on_a_socket_goes_on_and_moves_to_a_socket_again() throws Exception {
        String turns = """
                async () => {
                  const options = { websocket: 'at_once', survive_reload: 'socket' };
                  const [duplex] = await openEchoes('connect', 1, options, '/sockets');
                  const first = duplex.resumed?.read ?? -1;
                  let { read = 0, written = 0 } = duplex.resumed ?? {};
                  const writer = duplex.writable.getWriter();
                  const reader = duplex.readable.getReader();
                  const turns = async () => {
                    while (!window.isEnough || read < written) {
                      while (!window.isEnough && written < read + 20_000) {
                        const chunk = Uint8Array.from({ length: 1_000 }, (_, i) => (written + i) % 251);
                        written += chunk.length;
                        writer.write(chunk).catch(() => {});
                      }
                      const { value } = await reader.read();
                      for (const byte of value) {
                        if (byte !== read++ % 251) {
                          throw new Error(`byte ${read - 1} is ${byte}`);
                        }
                      }
                    }
                    await writer.close();
                    await Promise.all([reader.read(), duplex.closed]);
                    return read;
                  };
                  window.over = turns();
                  over.catch(() => {});
                  await Promise.race([over, until(() => isOnSocket(duplex))]);
                  const moved = read;
                  await Promise.race([over, until(() => read > moved + 100_000)]);
                  return [first, isOnSocket(duplex)];
                }
                """;
        assertThat(page.callForList(turns, null)).containsExactly(-1, true);
        int before = -1;
        for (int i = 0; i < 3; i++) {
            reload(page.page());
            List<Object> seen = page.callForList(turns, null);
            assertThat((int) seen.get(0))
                    .as("bytes that were read when the page was reloaded; -1 if the duplex did not go on")
                    .isGreaterThan(before);
            assertThat(seen.get(1)).as("whether it is on a socket").isEqualTo(true);
            before = (int) seen.get(0);
        }

        Object all = page.call("() => { window.isEnough = true; return over; }");
        assertThat((int) all).isGreaterThan(before);
        assertThat(page.callForList("() => Object.keys(sessionStorage)", null)).isEmpty();
        assertThat(outcome(SERVER.opened("/sockets"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "the {0} comes first")
    @ValueSource(strings = {"original", "copy"})
    void of_a_tab_and_its_copy_one_goes_on(String first) throws Exception {
        page.call("async () => { await typed(await connect('/echo', { survive_reload: 'tab' }), 3); }");
        Duplex duplex = SERVER.opened("/echo");
        page.page().navigate(SERVER.url("/random-bytes.js"));
        // A tab that a page opens gets a copy of its sessionStorage, as one that the user duplicates does.
        Page copy = page.page().waitForPopup(() -> page.page().evaluate("() => { window.open('/page.html'); }"));
        copy.waitForFunction("() => window.ready");
        page.open(SERVER.url("/page.html"));
        Page goesOn = first.equals("copy") ? copy : page.page();
        Page another = first.equals("copy") ? page.page() : copy;
        String connect = """
                async () => {
                  window.duplex = await connect('/echo', { survive_reload: 'tab' });
                  await typed(duplex, 3);
                  return [duplex.resumed?.read, Boolean(duplex.notResumed), Object.keys(sessionStorage).length];
                }
                """;

        assertThat(goesOn.evaluate(connect)).isEqualTo(List.of(3, false, 0));
        assertThat((List<?>) another.evaluate(connect)).isEqualTo(Arrays.asList(null, true, 0));

        String end = "async () => { await typed(duplex, 3); duplex.writable.close(); await duplex.closed; }";
        another.evaluate(end);
        goesOn.evaluate(end);
        assertThat(outcome(duplex)).isEmpty();
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @Test
    void what_does_not_fit_is_reset_and_the_next_page_opens_another_duplex() throws Exception {
        page.call("""
                async () => {
                  await typed(await connect('/echo', { survive_reload: 'full' }), 3);
                  sessionStorage.filled = 'x'.repeat(5 * 2 ** 20 - 100);
                }
                """);

        reload(page.page());

        assertThat(outcome(SERVER.opened("/echo"))).isPresent();
        assertThat(page.call("""
                        async () => {
                          const duplex = await connect('/echo', { survive_reload: 'full' });
                          duplex.writable.close();
                          return [duplex.resumed ?? 'none', Object.keys(sessionStorage)];
                        }
                        """)).isEqualTo(List.of("none", List.of("filled")));
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
    }
}
