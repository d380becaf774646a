package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.containers.TestContainer;
import io.http2duplex.containers.TestContainer.Kind;
import io.http2duplex.servlet.DuplexServlet;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Duplexes in a real Tomcat and a real Jetty, as all other tests have them in Undertow. */
class ContainersIT {
    private static final int SIZE = 5_000_000;

    @RegisterExtension
    final TestPage page = new TestPage();

    private DuplexServlet echo;
    private TestContainer container;

    private void start(TestContainer configured, boolean streaming) {
        echo = DuplexServlet.builder(TestServer::echo)
                .streamingUploads(streaming)
                .build();
        container = configured.with("/echo", echo).with("/", new Files()).start();
    }

    @AfterEach
    void stop() {
        page.close(); // its last requests may be under way, though the sessions are over
        container.stop();
    }

    private String url() {
        return "https://localhost:" + container.port(true);
    }

    private List<Object> transfer(int dialect, String mode) {
        return page.callForList(
                "async ({ way, size }) => transferAll('make', await openEchoes('make', 1, optionsOf(way)), size)",
                Map.of("way", List.of(dialect, mode), "size", SIZE));
    }

    @ParameterizedTest(name = "{0}, dialect {1}, {2} upload")
    @CsvSource({
        "TOMCAT, 1, post", "TOMCAT, 2, post", "TOMCAT, 2, streaming",
        "JETTY, 1, post", "JETTY, 2, post", "JETTY, 2, streaming"
    })
    void transfers_both_ways_at_once_arrive_unchanged(Kind kind, int dialect, String mode) {
        start(kind.container(), true);
        page.open(url() + "/page.html");

        assertThat(transfer(dialect, mode)).isEqualTo(List.of(SIZE + " bytes, " + mode));
        assertThat((int) page.call("() => losses")).isZero();
        Await.until("no session lives", () -> echo.sessions() == 0);
    }

    /** A stock Tomcat closes connections on which small pieces of a streaming upload come. */
    @ParameterizedTest
    @EnumSource
    void a_person_who_types_is_never_detached_with_the_stock_configuration(Kind kind) {
        page.expect(Noise.REQUEST, Noise.CONSOLE); // Tomcat refuses a streaming upload once; then the page sends POSTs
        start(kind.container().stock(), kind == Kind.JETTY);
        page.open(url() + "/page.html");

        assertThat(page.call("""
                        async () => {
                          const [duplex] = await openEchoes('connect', 1, {});
                          const writer = duplex.writable.getWriter();
                          const reader = duplex.readable.getReader();
                          for (let key = 0; key < 250; key += 1) {
                            await writer.write(Uint8Array.of(key));
                            const { value } = await reader.read();
                            if (value.length !== 1 || value[0] !== key) return `key ${key} came back as ${value}`;
                          }
                          await writer.close();
                          return losses;
                        }
                        """)).isEqualTo(0);
    }

    @ParameterizedTest(name = "{0}, {1} upload")
    @CsvSource({"TOMCAT, post", "JETTY, streaming"})
    void not_a_byte_is_lost_when_the_connection_is_cut(Kind kind, String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        start(kind.container(), true);
        try (BadNetwork network = new BadNetwork(url() + "/")) {
            page.open(network.url("/page.html"));
            network.cutRandomly(1, 5, SIZE / 5);

            assertThat(transfer(2, mode)).isEqualTo(List.of(SIZE + " bytes, " + mode));
            assertThat(network.cuts()).isGreaterThanOrEqualTo(5);
            Await.until("no session lives", () -> echo.sessions() == 0);
            page.close();
        }
    }

    /** The page, and the bundles. */
    private static final class Files extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String name = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
            for (String folder : List.of("/e2e", "/META-INF/resources/http2-duplex")) {
                try (InputStream file = ContainersIT.class.getResourceAsStream(folder + name)) {
                    if (file != null) {
                        response.setContentType(name.endsWith(".js") ? "text/javascript" : "text/html");
                        file.transferTo(response.getOutputStream());
                        return;
                    }
                }
            }
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
