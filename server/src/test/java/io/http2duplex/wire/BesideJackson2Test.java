package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.server.StatusHandler;
import io.undertow.Handlers;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server in an application that has Jackson 2, as Spring Boot 3 brings it: an older Jackson than the server's, with which
 * it would share annotations if it used databind.
 */
class BesideJackson2Test {
    /** {@return the class path of the tests, with these jars first, and nothing of Jackson 3 but its core} */
    private static URL[] classPath(Path jackson2) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (var jars = Files.list(jackson2)) {
            jars.forEach(paths::add);
        }
        assertThat(paths).as("databind, annotations and core in " + jackson2).hasSize(3);
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : own.split(File.pathSeparator, -1)) {
            boolean jackson = entry.contains("jackson");
            if (!entry.isEmpty()
                    && (!jackson
                            || entry.contains("tools" + File.separator + "jackson" + File.separator + "core"
                                    + File.separator + "jackson-core"))) {
                paths.add(Path.of(entry));
            }
        }
        return paths.stream().map(BesideJackson2Test::url).toArray(URL[]::new);
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    /** Serves a duplex, a refused request and the statistics. */
    public static final class Serves implements Callable<String> {
        @Override
        public String call() throws Exception {
            try (TestServer server = TestServer.behind(duplexes -> Handlers.path(duplexes)
                            .addExactPath("/status", StatusHandler.statistics(Map.of("echo", duplexes))));
                    Client client = Client.connect(Transport.HTTP2_TLS, server)) {
                client.end(client.open().id()).status();
                Request refused = client.post("x".repeat(32), new byte[10]);
                URI status = URI.create("http://localhost:" + server.port(false) + "/status");
                return refused.status() + " " + new String(refused.readToEnd(), StandardCharsets.UTF_8)
                        + HttpClient.newHttpClient()
                                .send(HttpRequest.newBuilder(status).build(), BodyHandlers.ofString())
                                .body();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.17", "2.21"})
    void aRefusedRequestIsAnsweredAndTheStatisticsTold(String version) throws Exception {
        try (URLClassLoader application = new URLClassLoader(
                classPath(Path.of("target/jackson-" + version)), ClassLoader.getPlatformClassLoader())) {
            Object mapper = application
                    .loadClass("com.fasterxml.jackson.databind.ObjectMapper")
                    .getConstructor()
                    .newInstance();
            assertThat(mapper.getClass().getMethod("version").invoke(mapper).toString())
                    .startsWith(version);
            assertThatThrownBy(() -> application.loadClass("tools.jackson.databind.ObjectMapper"))
                    .isInstanceOf(ClassNotFoundException.class);

            Class<?> serves = application.loadClass(Serves.class.getName());
            Object answers = ((Callable<?>) serves.getConstructor().newInstance()).call();
            assertThat(answers)
                    .asString()
                    .startsWith("404 {\"type\":\"urn:")
                    .contains("unknown-session")
                    .contains("{\"echo\":{\"dialect1\":");
        }
    }
}
