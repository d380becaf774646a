package io.http2duplex.example.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.http2duplex.wire.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The applications of {@code docs/recipes} as their users have them: built, started, and used in a browser. */
class RecipesCheck {
    private static final Path RECIPES = Path.of("..", "docs", "recipes");

    @RegisterExtension
    final TestPage browser = new TestPage();

    @Test
    void springBoot3HasDuplexesAheadOfItsServlets() throws Exception {
        int port = freePort();
        try (StartedApplication application =
                StartedApplication.of(RECIPES.resolve("spring-boot-3"), "--server.port=" + port)) {
            isUsed("http://localhost:" + port, "http://localhost:" + port + "/echo", application);
        }
    }

    @Test
    void springBoot4HasAServerOfDuplexesBesideItsOwn() throws Exception {
        int port = freePort();
        int duplexPort = freePort();
        String duplexes = "http://localhost:" + duplexPort + "/echo";
        try (StartedApplication application = StartedApplication.of(
                RECIPES.resolve("spring-boot-4"),
                "--server.port=" + port,
                "--duplex.port=" + duplexPort,
                "--duplex.url=" + duplexes,
                "--duplex.page-origin=http://localhost:" + port)) {
            isUsed("http://localhost:" + port, duplexes, application);
        }
    }

    private void isUsed(String site, String duplexes, StartedApplication application) throws Exception {
        browser.expect(Noise.CONSOLE); // Chromium misses an attribute in Spring Security's page
        Page page = browser.page();
        APIResponse stranger = page.request().get(duplexes);
        assertThat(stranger.status()).isEqualTo(401);

        page.navigate(site + "/");
        page.locator("#username").fill("ada");
        page.locator("#password").fill("lovelace");
        page.getByRole(AriaRole.BUTTON).click();
        page.getByLabel("Say").fill("Hello");
        page.getByRole(AriaRole.BUTTON).click();
        assertThat(page.locator("pre")).hasText("ada: Hello\n");

        assertThat(page.request().get(site + "/actuator/health").text()).contains("\"sessions\":1");
        assertThat(page.request()
                        .get(site + "/actuator/metrics/http2.duplex.sessions")
                        .text())
                .contains("\"value\":1.0");
        browser.close();
        assertThat(application.stop()).as("exit code after SIGTERM").isEqualTo(143);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An application's jar, run by this JDK as {@code java -jar} does. */
    private record StartedApplication(Process process) implements AutoCloseable {
        /** @param folder of the recipe, which {@code mvn -Precipes,end-to-end} has built */
        static StartedApplication of(Path folder, String... arguments) throws IOException {
            Path jar = folder.resolve("target").resolve("recipe-" + folder.getFileName() + "-0.1.0-SNAPSHOT.jar");
            assertThat(jar).as("mvn -Precipes,end-to-end builds it").exists();
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()));
            command.addAll(List.of(arguments));
            Path output = Path.of(System.getProperty("e2e.target"), folder.getFileName() + ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            Await.until(
                    "the application has started; " + output + " may tell why not",
                    () -> !process.isAlive() || text(output).contains("Started Application"));
            assertThat(process.isAlive()).as("it runs; see " + output).isTrue();
            return new StartedApplication(process);
        }

        private static String text(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** {@return the exit code after SIGTERM} */
        int stop() throws InterruptedException {
            process.destroy();
            assertThat(process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("it stops when it is told to")
                    .isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
