package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.http2duplex.programs.Machine;
import io.http2duplex.wire.Await;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A page of its own for each test, in one browser for all of them. After each test it asserts that the page made no
 * noise but what the test {@linkplain #expect expects}.
 */
final class TestPage implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TestPage.class);

    private record Event(Noise noise, String text) {}

    /** The one browser; closed when the last test has run. */
    private record Engine(Playwright playwright, Browser browser) implements AutoCloseable {
        static Engine start() {
            TestBrowser found = TestBrowser.on(Machine.real());
            Playwright playwright = TestBrowser.playwright();
            return new Engine(playwright, found.launch(playwright));
        }

        @Override
        public void close() {
            playwright.close();
        }
    }

    private final List<Event> events = new ArrayList<>();
    private final Set<Noise> expected = EnumSet.noneOf(Noise.class);
    private Browser browser;
    private BrowserContext context;
    private Page page;

    @Override
    public void beforeEach(ExtensionContext extension) {
        browser = extension
                .getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Engine.class, key -> Engine.start(), Engine.class)
                .browser();
        renew(new Browser.NewContextOptions());
    }

    /** Takes another page, in a browser context with these options. */
    Page renew(Browser.NewContextOptions options) {
        if (context != null) {
            context.close();
        }
        context = browser.newContext(options.setIgnoreHTTPSErrors(true));
        context.setDefaultTimeout((int) Await.LIMIT.toMillis());
        context.onWebError(error -> add(Noise.UNCAUGHT, error.error()));
        context.onConsoleMessage(message -> add(Noise.CONSOLE, message.type() + ": " + message.text()));
        context.onRequestFailed(request -> {
            add(Noise.REQUEST, request.method() + " " + request.url() + ": " + request.failure());
        });
        context.onResponse(response -> {
            if (response.status() >= 400) {
                add(Noise.REQUEST, response.request().method() + " " + response.url() + ": " + response.status());
            }
        });
        page = context.newPage();
        return page;
    }

    private void add(Noise noise, String text) {
        events.add(new Event(noise, text));
    }

    Page page() {
        return page;
    }

    /** Opens a page whose scripts can use what {@code e2e/page.js} offers. */
    TestPage open(String url) {
        open(page, url);
        return this;
    }

    /** {@return a further page, beside the one that there is} It makes noise with it, and is closed with it. */
    Page openBeside(String url) {
        Page beside = context.newPage();
        open(beside, url);
        return beside;
    }

    private static void open(Page page, String url) {
        page.navigate(url);
        page.waitForFunction("() => window.ready");
    }

    /**
     * Calls a function of the page.
     *
     * @param function in JavaScript; what {@code e2e/page.js} offers are its global variables
     * @param argument put together from maps, lists, strings, numbers and booleans
     * @return what it returns, waited for if that is a promise; made as the argument is
     */
    Object call(String function, Object argument) {
        return page.evaluate(function, argument);
    }

    Object call(String function) {
        return page.evaluate(function);
    }

    /** Calls a function of the page that returns an array. */
    List<Object> callForList(String function, Object argument) {
        return List.copyOf((List<?>) call(function, argument));
    }

    /** From here on, the test provokes noise of these kinds. */
    void expect(Noise... noises) {
        expected.addAll(List.of(noises));
    }

    /** {@return the noise of a kind so far} */
    List<String> noise(Noise noise) {
        return events.stream()
                .filter(event -> event.noise() == noise)
                .map(Event::text)
                .toList();
    }

    /** Closes the page early: before what it talks to stops. */
    void close() {
        context.close();
    }

    @Override
    public void afterEach(ExtensionContext extension) {
        close();
        assertThat(events)
                .as("what the page complained of")
                .allMatch(event -> event.noise() != Noise.UNCAUGHT && expected.contains(event.noise()));
    }
}
