package io.http2duplex.example.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"spring-boot-3-tomcat", "spring-boot-4-tomcat"})
    void springBootHasDuplexesInItsTomcat(String recipe) throws Exception {
        int port = freePort();
        String site = "https://localhost:" + port;
        try (StartedApplication application = StartedApplication.of(
                RECIPES.resolve(recipe),
                "--server.port=" + port,
                "--server.ssl.bundle=web",
                "--spring.ssl.bundle.pem.web.keystore.certificate="
                        + TestServer.certificates().certificateChain().toUri(),
                "--spring.ssl.bundle.pem.web.keystore.private-key="
                        + TestServer.certificates().privateKey().toUri())) {
            isUsed(site, site + "/echo", application);
        }
    }

    @Test
    void guacamoleHasATunnelOverADuplex() throws Exception {
        browser.expect(Noise.REQUEST); // a page that leaves a duplex breaks requests off
        int port = freePort();
        try (SimulatedGuacd guacd = new SimulatedGuacd();
                StartedApplication application = StartedApplication.of(
                        RECIPES.resolve("guacamole"),
                        "" + port,
                        "localhost",
                        "" + guacd.port(),
                        "vnc.example",
                        "5900")) {
            Page page = browser.page();
            page.navigate("http://localhost:" + port + "/index.html");
            assertThat(page).hasTitle("desktop of vnc.example");
            page.keyboard().press("h");
            page.keyboard().press("i");
            assertThat(page).hasTitle("hi");
            assertThat(guacd.connections()).isEqualTo(1);

            page.keyboard().press("Escape");
            assertThat(page.getByRole(AriaRole.ALERT)).hasText("The desktop is gone.");
            Await.until("guacd's connection has ended", () -> guacd.connections() == 0);

            page.reload();
            assertThat(page).hasTitle("desktop of vnc.example");
            browser.close();
            Await.until("it ends with the page", () -> guacd.connections() == 0);
            assertThat(application.stop()).as("exit code after SIGTERM").isEqualTo(143);
        }
    }

    /** In a development build React's StrictMode mounts each component twice. */
    @ParameterizedTest
    @ValueSource(strings = {"development", "production"})
    void aReactComponentHasOneDuplexWhileItIsMounted(String mode) throws Exception {
        browser.expect(Noise.REQUEST, Noise.CONSOLE); // a page that leaves a duplex breaks requests off
        Path folder = RECIPES.resolve("react");
        run(folder, Map.of(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        Path site = folder.resolve("target").resolve(mode).toAbsolutePath();
        run(
                folder,
                Map.of("NODE_ENV", mode),
                "npm",
                "run",
                "build",
                "--",
                "--mode",
                mode,
                "--outDir",
                site.resolve("page").toString());
        BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();
        DuplexHandler echo = DuplexHandler.builder(duplex -> {
                    opened.add(duplex);
                    duplex.input().subscribe(duplex.output());
                })
                .build();
        try (URLClassLoader files = new URLClassLoader(new URL[] {site.toUri().toURL()}, null);
                DuplexServer server = DuplexServer.builder()
                        .tls(TestServer.tls())
                        .port(0)
                        .handle("/echo", echo)
                        .resources(files, "page")
                        .build()) {
            server.start();
            Page page = browser.page();
            page.navigate("https://localhost:" + server.port() + "/index.html");
            say(page, "Hello");
            assertThat(page.locator("pre")).hasText("Hello\n");
            assertThat(opened).as("duplexes opened by a mounted component").hasSize(1);

            page.getByText("Leave").click();
            Await.until("unmounted, it has none", () -> echo.sessions() == 0);
            page.getByText("Come back").click();
            say(page, "again");
            assertThat(page.locator("pre")).hasText("again\n");
            assertThat(opened).hasSize(2);
            assertThat(echo.sessions()).isEqualTo(1);

            opened.remove();
            opened.remove().reset(300, "The tea is cold.");
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("The tea is cold.");
            assertThat(page.getByRole(AriaRole.STATUS)).hasText("failed");
            browser.close();
        }
    }

    private static void say(Page page, String line) {
        page.getByLabel("Say").fill(line);
        page.getByText("Send").click();
    }

    /** Runs a command of a recipe's documentation. */
    private static void run(Path folder, Map<String, String> environment, String... command) throws Exception {
        Path output = Path.of(System.getProperty("e2e.target"), folder.getFileName() + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        assertThat(builder.start().waitFor())
                .as(String.join(" ", command) + "; see " + output)
                .isZero();
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
        assertThat(page.evaluate("() => performance.getEntriesByType('navigation')[0].nextHopProtocol"))
                .isEqualTo(site.startsWith("https:") ? "h2" : "http/1.1");

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
