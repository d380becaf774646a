package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.WaitUntilState;
import io.http2duplex.programs.Machine;
import io.http2duplex.wire.TestServer;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page that goes into the browser's back/forward cache and comes back goes on with its duplexes. */
class BackForwardCacheIT {
    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/echo", TestServer::echo);

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void a_page_that_comes_back_goes_on(String mode) throws Exception {
        try (Playwright playwright = TestBrowser.playwright();
                Browser browser =
                        TestBrowser.on(Machine.real()).launch(playwright, List.of("--disable-back-forward-cache"))) {
            Page page = browser.newContext(new Browser.NewContextOptions().setIgnoreHTTPSErrors(true))
                    .newPage();
            page.navigate(SERVER.url("/page.html"));
            page.waitForFunction("() => window.ready");
            page.evaluate("""
                    async (mode) => {
                      window.duplex = await make('/echo', optionsOf([2, mode]));
                      duplex.write('before, ');
                      await new Promise((resolve) => duplex.once('readable', resolve));
                      window.events = [];
                      addEventListener('pageshow', ({ persisted }) => events.push(`shown ${persisted}`));
                      duplex.on('attached', () => events.push('attached'));
                    }
                    """, mode);

            page.navigate(SERVER.url("/random-bytes.js"));
            page.goBack(new Page.GoBackOptions().setWaitUntil(WaitUntilState.COMMIT));

            assertThat(page.evaluate("() => { duplex.end('after'); return textOf(duplex); }"))
                    .isEqualTo("before, after");
            assertThat(page.evaluate("() => events")).isEqualTo(List.of("shown true", "attached"));
            assertThat(outcome(SERVER.opened("/echo"))).isEmpty();
            SERVER.awaitNoSession();
        }
    }
}
