package io.http2duplex.example.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.http2duplex.example.EchoServer;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The example itself, as its user meets it: what is typed in client.html comes back. */
class ExampleIT {
    private static final int FILE_SIZE = 30_000_000;
    private static final LocatorAssertions.HasAttributeOptions PATIENT =
            new LocatorAssertions.HasAttributeOptions().setTimeout((int) Await.LIMIT.toMillis());
    private static final Pattern TIME = Pattern.compile("\\d+\\.\\d ms");

    @RegisterExtension
    final TestPage browser = new TestPage();

    private EchoServer server;
    private Page page;

    @BeforeEach
    void start() {
        server = new EchoServer("localhost", 0, TestServer.certificates().sslContext());
        server.start();
        page = browser.page();
    }

    @AfterEach
    void stop() {
        browser.close();
        server.close();
    }

    private void open(String query) {
        page.navigate("https://localhost:" + server.port() + "/client.html" + query);
        assertThat(state()).hasAttribute("data-state", "open");
    }

    private Locator element(String id) {
        return page.locator("#" + id);
    }

    private Locator state() {
        return element("state");
    }

    private void assertEchoIs(String text) {
        page.waitForFunction("text => document.getElementById('echo').textContent === text", text);
    }

    @ParameterizedTest(name = "{1} upload")
    @CsvSource(value = {"'', streaming", "?post, POST"})
    void what_is_typed_comes_back_and_the_figures_tell_of_it(String query, String mode) {
        open(query);
        assertThat(element("mode")).hasText(mode);
        assertThat(element("download-mode")).hasText("streaming");
        assertThat(element("sent")).hasText("0 B");
        assertThat(element("rtt")).hasText("–");

        page.keyboard().type("Hello, world");

        assertEchoIs("Hello, world");
        assertThat(element("sent")).hasText("12 B");
        assertThat(element("received")).hasText("12 B");
        assertThat(element("rtt")).hasText(TIME);
        assertThat(element("session")).hasText(Pattern.compile("[\\w-]{8}"));
    }

    @Test
    void the_page_shows_that_it_moves_to_a_WebSocket_and_what_comes_of_a_cut() {
        browser.expect(Noise.REQUEST, Noise.CONSOLE);
        open("");
        assertThat(element("moved")).hasText("0 ×");
        StringBuilder typed = new StringBuilder();
        for (int turn = 0; turn < 15; turn++) {
            page.keyboard().type("x");
            typed.append("x");
            assertEchoIs(typed.toString());
        }
        assertThat(element("mode")).hasText("WebSocket");
        assertThat(element("download-mode")).hasText("WebSocket");
        assertThat(element("moved")).hasText("1 ×");
        screenshot("websocket");
        page.setViewportSize(390, 844);
        screenshot("websocket-390");

        element("cut").click();

        assertThat(element("resumed")).hasText("1 ×");
        assertThat(element("download-mode")).hasText("streaming");
        assertThat(element("moved")).hasText("2 ×");
        element("input").pressSequentially(" after");
        assertEchoIs(typed + " after");
    }

    @Test
    void Enter_ends_a_line_and_Backspace_takes_back_a_character() {
        open("");

        page.keyboard().type("one");
        page.keyboard().press("Enter");
        page.keyboard().type("twoo");
        page.keyboard().press("Backspace");
        page.keyboard().press("Enter");

        assertEchoIs("one\ntwo\n");
        assertThat(element("input")).hasValue("");
        assertThat(element("received")).hasText("10 B");
    }

    @Test
    void text_that_a_phone_keyboard_inserts_comes_back() {
        open("");

        page.keyboard().insertText("Grüße, 世界 ");
        page.keyboard().insertText("👩‍🚀🎉");

        assertEchoIs("Grüße, 世界 👩‍🚀🎉");
    }

    @Test
    void pasted_text_comes_back() {
        browser.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        open("");
        page.evaluate("() => navigator.clipboard.writeText('pasted: äöü\\nsecond line')");

        element("input").focus();
        page.keyboard().press("ControlOrMeta+v");

        assertEchoIs("pasted: äöü\nsecond line");
    }

    @Test
    void a_long_text_comes_back_whole() {
        open("");
        String text = "0123456789 äöü €🎉 ".repeat(2000);

        page.keyboard().insertText(text);

        assertEchoIs(text);
    }

    @Test
    void the_upload_mode_can_be_changed_and_opens_anew() {
        // The upload that the page itself gives up.
        browser.expect(Noise.REQUEST);
        open("");
        page.keyboard().type("first");
        assertEchoIs("first");

        element("post").check();

        assertThat(element("mode")).hasText("POST");
        assertThat(state()).hasAttribute("data-state", "open");
        assertEchoIs("");
        element("input").focus();
        page.keyboard().type("second");
        assertEchoIs("second");
    }

    @Test
    void End_ends_the_duplex_cleanly_and_another_can_be_opened() {
        open("");
        page.keyboard().type("bye");
        assertEchoIs("bye");

        element("end").click();

        assertThat(state()).hasAttribute("data-state", "ended");
        assertThat(element("input")).isDisabled();
        element("connect").click();
        assertThat(state()).hasAttribute("data-state", "open");
        page.keyboard().type("again");
        assertEchoIs("again");
    }

    @ParameterizedTest(name = "client.html{0}")
    @ValueSource(strings = {"", "?post"})
    void typing_survives_a_connection_that_is_cut(String query) {
        browser.expect(Noise.REQUEST, Noise.CONSOLE);
        open(query);
        StringBuilder typed = new StringBuilder();
        for (int cut = 1; cut <= 5; cut++) {
            element("cut").click();
            for (String text : List.of("during " + cut, ", ")) {
                element("input").pressSequentially(text);
                typed.append(text);
            }
            assertThat(element("resumed")).hasText(cut + " ×");
        }
        element("input").pressSequentially("after");
        assertEchoIs(typed + "after");
        assertThat(state()).hasText("Open");
    }

    @ParameterizedTest(name = "client.html{0}, {1} cuts")
    @CsvSource({"'', 0", "'', 3", "?post, 3"})
    void a_file_comes_back_unchanged(String query, int cuts) throws Exception {
        if (cuts > 0) {
            browser.expect(Noise.REQUEST, Noise.CONSOLE);
        }
        byte[] content = new RandomBytes(1).take(FILE_SIZE);
        Path file = Files.write(Path.of(System.getProperty("e2e.target"), "file"), content);
        open(query);

        element("file").setInputFiles(file);
        page.evaluate("""
                async ([size, cuts]) => {
                  for (let cut = 1; cut <= cuts; cut += 1) {
                    while (document.getElementById('file-received').value < (size / 20) * cut) {
                      await new Promise((resolve) => setTimeout(resolve));
                    }
                    document.getElementById('cut').click();
                  }
                }
                """, List.of(FILE_SIZE, cuts));

        assertThat(element("file-state")).hasAttribute("data-state", "same", PATIENT);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        assertThat(element("hash-sent")).hasText(hash);
        assertThat(element("hash-received")).hasText(hash);
        assertThat(element("file-sent")).hasJSProperty("value", FILE_SIZE);
        assertThat(element("file-received")).hasJSProperty("value", FILE_SIZE);
        assertThat(element("throughput").locator("polyline").first())
                .hasAttribute("points", Pattern.compile("[\\d., ]{20,}"));
        if (cuts > 0) {
            assertThat(element("file-state")).containsText("reconnected");
        }
    }

    @Test
    void a_file_may_be_dropped_and_stopped() {
        // What is under way when it is stopped.
        browser.expect(Noise.REQUEST, Noise.CONSOLE);
        open("");
        JSHandle files = page.evaluateHandle("""
                () => {
                  const files = new DataTransfer();
                  files.items.add(new File([new Uint8Array(100_000_000)], 'dropped.bin'));
                  return files;
                }
                """);

        element("echo").dispatchEvent("drop", Map.of("dataTransfer", files));
        assertThat(element("file-state")).containsText("dropped.bin, 100 MB");
        element("file-stop").click();

        assertThat(element("file-state")).hasText("dropped.bin, 100 MB: Stopped");
        page.keyboard().type("still here");
        assertEchoIs("still here");
    }

    @ParameterizedTest(name = "client.html{0}")
    @ValueSource(strings = {"", "?post"})
    void the_page_says_so_when_the_server_goes_away(String query) {
        // The browser's own words about the requests that fail.
        browser.expect(Noise.REQUEST, Noise.CONSOLE);
        open(query);
        page.keyboard().type("Hello");
        assertEchoIs("Hello");

        server.close();

        assertThat(state()).hasAttribute("data-state", "gone");
        assertThat(state()).containsText("gone");
        assertThat(element("connect")).isVisible();
        screenshot("gone" + (query.isEmpty() ? "" : "-post"));

        element("connect").click();
        assertThat(state()).hasAttribute("data-state", "gone");
    }

    @Test
    void a_server_that_goes_away_cleanly_waits_for_what_is_under_way() throws Exception {
        Path file = Files.write(Path.of(System.getProperty("e2e.target"), "file"), new RandomBytes(2).take(FILE_SIZE));
        open("");
        page.keyboard().type("Hello");
        element("file").setInputFiles(file);
        page.waitForFunction("() => document.getElementById('file-received').value > 0");

        server.shutdown(Duration.ofMinutes(1));

        assertThat(element("file-state")).hasAttribute("data-state", "same", PATIENT);
        assertThat(state()).hasText("The server has gone away; everything had come back");
        assertThat(element("connect")).isVisible();
        assertEchoIs("Hello");
    }

    @ParameterizedTest(name = "{0} by {1} pixels, {2}")
    @CsvSource({"1280, 800, LIGHT", "1280, 800, DARK", "390, 844, LIGHT", "390, 844, DARK", "320, 640, LIGHT"})
    void the_page_fits_its_window(int width, int height, ColorScheme scheme) {
        page = browser.renew(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
        open("");
        for (int line = 0; line < 40; line++) {
            page.keyboard().insertText("Line " + line + " of what was typed\n");
        }
        page.keyboard().type("a line that has not ended");
        page.waitForFunction("() => document.getElementById('echo').textContent.endsWith('not ended')");

        screenshot(String.join(
                "-", "open", String.valueOf(width), scheme.toString().toLowerCase(Locale.ROOT)));

        page.waitForFunction("() => document.documentElement.scrollWidth <= innerWidth");
        assertThat(element("input")).isInViewport();
    }

    private void screenshot(String name) {
        Path file = Path.of(System.getProperty("e2e.target"), "screenshots", name + ".png");
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
    }
}
