package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.TestServer;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page that is left for good takes its duplexes with it, long before the resume timeout. */
class LeavingIT {
    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/echo", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest(name = "{0}, {1} upload")
    @CsvSource({"make, streaming", "make, post", "connect, streaming", "connect, post"})
    void the_server_learns_at_once_that_the_page_is_left(String face, String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(SERVER.url("/page.html"));
        page.call("""
                async ([face, mode]) => {
                  [window.duplex] = await openEchoes(face, 1, optionsOf([2, mode]));
                }
                """, List.of(face, mode));
        Duplex duplex = SERVER.opened("/echo");

        page.page().navigate(SERVER.url("/random-bytes.js"));

        assertThat(outcome(duplex)).contains(ErrorCode.CANCELLED);
        SERVER.awaitNoSession();
    }
}
