package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A duplex whose application reads nothing holds up itself, and no other one on its connection. */
class UnreadIT {
    private static final int SIZE = 5_000_000;

    @RegisterExtension
    static final TestSite SERVER =
            new TestSite().with("/echo", TestServer::echo).with("/never-reads", duplex -> {});

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest(name = "{0} upload")
    @CsvSource({"streaming", "post"})
    void an_application_that_never_reads_slows_no_other_duplex(String mode) {
        // The uploads that the page itself gives up.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(SERVER.url("/page.html"));

        assertThat(page.callForList("""
                        async ({ mode, size }) => {
                          const options = optionsOf([2, mode]);
                          const unread = await Promise.all([1, 2, 3].map(() => make('/never-reads', options)));
                          for (const duplex of unread) {
                            duplex.write(new Uint8Array(size));
                          }
                          const echoed = await transferAll('make', await openEchoes('make', 1, options), size);
                          unread.forEach((duplex) => duplex.destroy());
                          return [...echoed, ...unread.map((duplex) => duplex.writableLength)];
                        }
                        """, Map.of("mode", mode, "size", SIZE)))
                .isEqualTo(List.of(SIZE + " bytes, " + mode, SIZE, SIZE, SIZE));
    }
}
