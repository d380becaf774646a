package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.TestServer;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page whose service worker keeps every answer that its cache takes, and gives it again. */
class ServiceWorkerIT {
    private static final int SIZE = 100_000;

    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/echo", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    /** The second one would get the first one's answers. */
    @ParameterizedTest
    @ValueSource(strings = {"streaming", "typed", "polling"})
    void duplexes_go_by_one_after_the_other(String mode) {
        page.open(SERVER.clearUrl("/page.html")); // service workers want certificates that are trusted, or localhost
        page.call("""
                async () => {
                  await navigator.serviceWorker.register('service-worker.js');
                  await until(() => navigator.serviceWorker.controller);
                }
                """);
        for (int i = 0; i < 3; i++) {
            assertThat(page.callForList("""
                    async ({ mode, size }) => {
                      window.duplexes = await openEchoes('connect', 1, { download_modes: [mode] });
                      return transferAll('connect', duplexes, size);
                    }
                    """, Map.of("mode", mode, "size", SIZE)))
                    .hasSize(1)
                    .allSatisfy(result -> assertThat((String) result).startsWith(SIZE + " bytes"));
            assertThat(page.call("() => losses")).isEqualTo(0);
        }
    }
}
