package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Through a proxy that holds every request's body back until it is whole, and that comes and goes. */
class NginxIT {
    private static final int SIZE = 5_000_000;

    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/echo", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    private Proxy nginx;

    @BeforeEach
    void open() throws Exception {
        nginx = new Proxy(Proxy.Kind.NGINX, SERVER.clearPort()).start();
        page.open(nginx.url("/page.html"));
    }

    @AfterEach
    void close() throws Exception {
        page.close();
        nginx.close();
    }

    @Test
    void a_streaming_upload_that_is_held_back_becomes_POSTs_and_nothing_is_lost() throws Exception {
        // The streaming upload that the page gives up.
        page.expect(Noise.REQUEST, Noise.CONSOLE);

        assertThat(page.callForList("""
                        async (size) => {
                          window.duplexes = await openEchoes('make', 1, {});
                          return [duplexes[0].uploadMode, ...(await transferAll('make', duplexes, size))];
                        }
                        """, SIZE)).isEqualTo(List.of("streaming", SIZE + " bytes, post"));

        assertThat(page.call("() => losses")).isEqualTo(0);
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "killed {0}")
    @ValueSource(strings = {"while bytes are under way", "at rest"})
    void a_duplex_outlives_the_proxy(String when) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.call("""
                async () => {
                  window.duplexes = await openEchoes('connect', 1, { disable_request_streaming: true });
                  window.attached = false;
                  duplexes[0].addEventListener('attached', () => (attached = true));
                }
                """);
        boolean atRest = when.equals("at rest");
        if (!atRest) {
            page.call("(size) => { window.over = transferAll('connect', duplexes, size); }", SIZE);
        }

        nginx.kill();
        page.call("() => until(() => losses > 0)");
        nginx.start();
        if (atRest) {
            page.call("() => until(() => attached)");
            page.call("(size) => { window.over = transferAll('connect', duplexes, size); }", SIZE);
        }

        assertThat(page.callForList("() => over", null)).isEqualTo(List.of(SIZE + " bytes, post"));
        assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
        SERVER.awaitNoSession();
    }
}
