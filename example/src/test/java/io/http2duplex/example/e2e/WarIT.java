package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.containers.TestContainer;
import io.http2duplex.containers.TestContainer.Kind;
import io.http2duplex.servlet.DuplexServlet;
import io.http2duplex.wire.TestServer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jboss.logging.BasicLogger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.JsonGenerator;

/** A web application as a WAR, which has a copy of the library of its own, in a real Tomcat and a real Jetty. */
class WarIT {
    private static final int SIZE = 1_000_000;

    @RegisterExtension
    final TestPage page = new TestPage();

    @TempDir
    Path directory;

    private TestContainer container;

    /** A servlet as an application has it, named in {@code web.xml}. */
    public static final class EchoServlet extends DuplexServlet {
        public EchoServlet() {
            super(builder(duplex -> duplex.input().subscribe(duplex.output())));
        }

        /** The library is the WAR's own copy, which the container has loaded. */
        @Override
        public void init() {
            super.init();
            ClassLoader mine = getClass().getClassLoader();
            if (mine == ClassLoader.getSystemClassLoader() || Duplex.class.getClassLoader() != mine) {
                throw new IllegalStateException("The library is not that of the WAR");
            }
        }
    }

    /** A filter as it was written before there were asynchronous servlets. */
    public static final class OldFilter implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain next)
                throws IOException, ServletException {
            next.doFilter(request, response);
        }
    }

    @AfterEach
    void stop() {
        container.stop();
    }

    private String url() {
        return "https://localhost:" + container.port(true);
    }

    /** Starts a container with a WAR. */
    private void start(Kind kind, String webXml) throws IOException {
        Path war = directory.resolve("echo.war");
        try (FileSystem archive = FileSystems.newFileSystem(war, Map.of("create", "true"))) {
            Path root = archive.getPath("/");
            Path libraries = Files.createDirectories(root.resolve("WEB-INF/lib"));
            Path classes = Files.createDirectories(root.resolve("WEB-INF/classes"));
            for (Class<?> library :
                    List.of(Duplex.class, DuplexServlet.class, JsonGenerator.class, BasicLogger.class)) {
                Path place = place(library);
                if (Files.isDirectory(place)) {
                    copy(place, classes, file -> !file.endsWith("module-info.class"));
                } else {
                    Files.copy(place, libraries.resolve(place.getFileName().toString()));
                }
            }
            copy(place(WarIT.class), classes, file -> file.contains("WarIT$"));
            // The container serves what is below META-INF/resources of a library.
            addBundles(libraries, root);
            copy(
                    place(WarIT.class).resolve("e2e"),
                    Files.createDirectories(root.resolve("http2-duplex")),
                    file -> true);
            Files.writeString(root.resolve("WEB-INF/web.xml"), webXml);
        }
        container = kind.container().with(war).start();
    }

    private static void addBundles(Path libraries, Path root) throws IOException {
        URL bundle = WarIT.class.getResource("/META-INF/resources/http2-duplex/index.js");
        if (bundle.openConnection() instanceof JarURLConnection inJar) {
            Path jar = Path.of(URI.create(inJar.getJarFileURL().toString()));
            Files.copy(jar, libraries.resolve(jar.getFileName().toString()));
        } else {
            copy(Path.of(URI.create(bundle.toString())).getParent().getParent(), root, file -> true);
        }
    }

    /** {@return the folder or the jar that a class comes from} */
    private static Path place(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    private static void copy(Path from, Path to, Predicate<String> which) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            if (which.test(file.toString())) {
                Path copied = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copied.getParent());
                Files.copy(file, copied, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static String webXml(String filter) {
        return """
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                  <servlet>
                    <servlet-name>echo</servlet-name>
                    <servlet-class>%s</servlet-class>
                    <async-supported>true</async-supported>
                  </servlet>
                  <servlet-mapping>
                    <servlet-name>echo</servlet-name>
                    <url-pattern>/echo</url-pattern>
                  </servlet-mapping>
                  %s
                </web-app>
                """.formatted(EchoServlet.class.getName(), filter);
    }

    @ParameterizedTest
    @EnumSource
    void a_page_has_its_duplexes(Kind kind) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE); // Tomcat refuses a streaming upload once; then the page sends POSTs
        start(kind, webXml(""));
        page.open(url() + "/http2-duplex/page.html");

        assertThat(page.callForList("async (size) => transferAll('make', await openEchoes('make', 1, {}), size)", SIZE))
                .hasSize(1)
                .allSatisfy(transferred -> assertThat(transferred).asString().startsWith(SIZE + " bytes, "));
        assertThat((int) page.call("() => losses")).isZero();
        page.close();
    }

    @ParameterizedTest
    @EnumSource
    void behind_a_filter_that_is_not_asynchronous_a_request_is_refused_and_one_line_of_the_log_says_why(Kind kind)
            throws Exception {
        start(kind, webXml("""
                <filter>
                  <filter-name>old</filter-name>
                  <filter-class>%s</filter-class>
                </filter>
                <filter-mapping>
                  <filter-name>old</filter-name>
                  <url-pattern>/*</url-pattern>
                </filter-mapping>
                """.formatted(OldFilter.class.getName())));
        List<String> errors = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                if (logged.getLevel().intValue() >= Level.SEVERE.intValue()) {
                    errors.add(logged.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger(DuplexServlet.class.getName());
        log.addHandler(handler);
        try {
            HttpClient client =
                    HttpClient.newBuilder().sslContext(TestServer.trust()).build();
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url() + "/echo")).build();
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(500);
            }
        } finally {
            log.removeHandler(handler);
        }
        assertThat(errors)
                .containsExactly("Requests to /echo are refused with 500: the servlet \"echo\", or a filter in"
                        + " front of it, does not support asynchronous processing. Set async-supported to true for each of"
                        + " them.");
    }
}
