package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.TestServer;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The connection is cut at random bytes, again and again, while bytes go both ways: the page finds every one of them to
 * be the one that it sent. The profile {@code cuts} makes it longer.
 */
class CutsIT {
    private static final int CUTS = Integer.getInteger("e2e.cuts", 20);
    private static final int BYTES = Integer.getInteger("e2e.cuts-bytes", 10_000_000);
    private static final long SEED = Long.getLong("e2e.seed", 1);

    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/echo", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest(name = "{0}, {1} upload, {2} duplexes")
    @CsvSource({"make, streaming, 1", "make, streaming, 5", "make, post, 1", "make, post, 5", "connect, streaming, 5"})
    void not_a_byte_is_lost_when_the_connection_is_cut(String face, String mode, int duplexes) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        try (BadNetwork network = new BadNetwork(SERVER.url("/"))) {
            page.open(network.url("/page.html"));
            page.call("""
                    async ({ face, count, mode }) => {
                      window.duplexes = await openEchoes(face, count, optionsOf([2, mode]));
                    }
                    """, Map.of("face", face, "count", duplexes, "mode", mode));
            int bytes = BYTES / duplexes;
            // All of them within the time that the bytes take, which go both ways.
            network.cutRandomly(SEED, CUTS, BYTES / CUTS);

            assertThat(page.callForList(
                            "({ face, bytes }) => transferAll(face, duplexes, bytes)",
                            Map.of("face", face, "bytes", bytes)))
                    .as("with the seed %d", SEED)
                    .isEqualTo(Collections.nCopies(duplexes, bytes + " bytes, " + mode));

            assertThat(network.cuts()).isGreaterThanOrEqualTo(CUTS);
            // Not each: some hit connections that had POSTs on them and no download.
            assertThat((int) page.call("() => losses")).isPositive();
            for (int i = 0; i < duplexes; i++) {
                assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            }
            SERVER.awaitNoSession();
            // What of the end is still on its way would fail with the network.
            page.close();
        }
    }
}
