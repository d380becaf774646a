package io.http2duplex.example.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.http2duplex.example.EchoServer;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pipes of the example, between real terminals' {@code curl} and a real page. */
class PipesIT {
    @RegisterExtension
    final TestPage browser = new TestPage();

    private final List<Process> terminals = new ArrayList<>();
    private EchoServer server;
    private String origin;

    @BeforeEach
    void start() {
        server = new EchoServer("localhost", 0, TestServer.certificates().sslContext());
        server.start();
        origin = "https://localhost:" + server.port();
    }

    @AfterEach
    void stop() {
        terminals.forEach(Process::destroyForcibly);
        browser.close();
        server.close();
    }

    /** A terminal that has come to a key: what is typed there goes to the other end. */
    private Process terminal(Recipe recipe, String key) throws IOException {
        Process terminal = recipe.start(origin + "/pipe/" + key);
        terminals.add(terminal);
        return terminal;
    }

    /** A page that has come to a key, and is open. */
    private Page page(String key) {
        Page page = browser.page();
        page.navigate(origin + "/pipe.html#" + key);
        assertThat(page.locator("#state")).hasAttribute("data-state", "open");
        return page;
    }

    private static void type(Process terminal, String line) throws IOException {
        terminal.getOutputStream().write((line + "\n").getBytes(UTF_8));
        terminal.getOutputStream().flush();
    }

    private static BufferedReader screen(Process terminal) {
        return new BufferedReader(new InputStreamReader(terminal.getInputStream(), UTF_8));
    }

    private static int exit(Process terminal) throws InterruptedException {
        assertThat(terminal.waitFor(Await.LIMIT.toSeconds(), SECONDS))
                .as("it exits")
                .isTrue();
        return terminal.exitValue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CURL", "CURL_HTTP_1_TLS"})
    void two_terminals_chat_and_end(Recipe recipe) throws Exception {
        Process first = terminal(recipe, "tea");
        type(first, "is anybody there?");
        Process second = terminal(recipe, "tea");
        BufferedReader firstScreen = screen(first);
        BufferedReader secondScreen = screen(second);
        assertThat(secondScreen.readLine()).as("typed before the other came").isEqualTo("is anybody there?");
        for (int i = 0; i < 5; i++) {
            type(second, "yes " + i);
            assertThat(firstScreen.readLine()).isEqualTo("yes " + i);
            type(first, "good " + i);
            assertThat(secondScreen.readLine()).isEqualTo("good " + i);
        }
        first.getOutputStream().close();
        second.getOutputStream().close();
        assertThat(firstScreen.readLine()).isNull();
        assertThat(exit(first)).isZero();
        if (recipe != Recipe.CURL) { // whose HTTP/2 may go on for ever when the response has ended first
            assertThat(secondScreen.readLine()).isNull();
            assertThat(exit(second)).isZero();
        }
    }

    @Test
    void a_third_is_refused_until_both_have_gone() throws Exception {
        Process first = terminal(Recipe.CURL, "tea");
        Process second = terminal(Recipe.CURL, "tea");
        type(first, "here");
        assertThat(screen(second).readLine()).isEqualTo("here");

        Process third = terminal(Recipe.CURL_HTTP_1_TLS, "tea");
        third.getOutputStream().close();
        assertThat(new String(third.getInputStream().readAllBytes(), UTF_8)).contains("409", "take another key");

        first.destroyForcibly();
        assertThat(exit(second)).as("who leaves resets the other").isPositive();
        Process fourth = terminal(Recipe.CURL, "tea");
        Process fifth = terminal(Recipe.CURL, "tea");
        type(fourth, "here again");
        assertThat(screen(fifth).readLine()).isEqualTo("here again");
    }

    @Test
    void a_terminal_and_a_page_chat_and_the_page_sees_the_terminal_leave() throws Exception {
        Page page = page("tea");
        Process terminal = terminal(Recipe.CURL, "tea");
        type(terminal, "good day");
        assertThat(page.locator("#received")).hasText("good day");
        Locator line = page.locator("#line");
        line.fill("and to you, grüß dich");
        line.press("Enter");
        assertThat(screen(terminal).readLine()).isEqualTo("and to you, grüß dich");

        browser.expect(Noise.REQUEST, Noise.CONSOLE); // a POST may meet the end
        terminal.destroyForcibly();

        assertThat(page.locator("#state")).hasAttribute("data-state", "error");
        assertThat(page.locator("#state")).containsText("The other end has left.");
    }

    /** {@return how much of its file the page has sent when that has not grown for a while} */
    private static double progressWhenItStops(Page page) {
        return ((Number) page.evaluate("""
                async () => {
                  const bar = document.getElementById('progress');
                  for (let before = -1; before !== bar.value;) {
                    before = bar.value;
                    await new Promise((resolve) => setTimeout(resolve, 500));
                  }
                  return bar.value;
                }""")).doubleValue();
    }

    @Test
    void a_file_goes_from_the_page_to_a_terminal_as_fast_as_that_reads() throws Exception {
        byte[] content = new RandomBytes(6).take(60_000_000);
        Path file = Files.write(Path.of(System.getProperty("e2e.target"), "piped-file"), content);
        Page page = page("file");
        Process terminal = terminal(Recipe.CURL_HTTP_1_TLS, "file");
        page.locator("#file").setInputFiles(file);
        Locator progress = page.locator("#progress");
        assertThat(progress).not().hasJSProperty("value", 0);
        assertThat(progressWhenItStops(page))
                .as("the terminal does not read yet")
                .isLessThan(1);

        assertThat(terminal.getInputStream().readNBytes(content.length)).isEqualTo(content);

        assertThat(progress).hasJSProperty("value", 1);
        terminal.getOutputStream().close();
        assertThat(exit(terminal)).isZero();
        assertThat(page.locator("#state")).hasAttribute("data-state", "ended");
    }
}
