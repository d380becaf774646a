package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 requests that cannot be served: each is refused on its own stream, and not reported. */
class ListenerBadRequestsTest {
    private final Bodies bodies = new Bodies();

    /** A connection on which a body is being sent, and bad requests beside it. */
    private static final class Beside implements AutoCloseable {
        private final Http2Client client;
        private final Http2Client.Http2Request open;
        private int next = 3;

        Beside(DuplexServer server) throws IOException {
            client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/");
            Await.result(client.settings);
            open = client.send("POST", true);
            open.write(new byte[1000]);
        }

        Http2Client.Http2Request ask(boolean withBody, Map<String, String> fields) throws IOException {
            Http2Client.Http2Request request = client.expect(next);
            ByteBuffer block = ByteBuffer.allocate(32_768);
            fields.forEach((name, value) -> {
                if (name.startsWith(":")) {
                    Http2Frames.field(block, name, value);
                }
            });
            fields.forEach((name, value) -> {
                if (!name.startsWith(":")) {
                    Http2Frames.field(block, name, value);
                }
            });
            int flags = Http2Frames.END_HEADERS | (withBody ? 0 : Http2Frames.END_STREAM);
            client.frame(Http2Frames.HEADERS, flags, next, block);
            next += 2;
            return request;
        }

        @Override
        public void close() throws IOException {
            client.ping();
            open.write(new byte[1000]).end();
            assertThat(open.status()).as("the request beside it").isEqualTo(200);
            Http2Client.Http2Request good = ask(false, head());
            assertThat(good.status()).as("the request after it").isEqualTo(200);
            client.close();
        }
    }

    private static Map<String, String> head(String... changes) {
        Map<String, String> head =
                new TreeMap<>(Map.of(":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "/"));
        for (int i = 0; i < changes.length; i += 2) {
            head.put(changes[i], changes[i + 1]);
        }
        return head;
    }

    private DuplexServer start() {
        DuplexServer server = DuplexServer.builder().handle("/", bodies).build();
        server.start();
        return server;
    }

    @Test
    void manyInOnePieceAreAllAnswered() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/%")) {
            Await.result(client.settings);
            byte[] block = client.block("GET", "/%");
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            List<Request> requests = new ArrayList<>();
            for (int stream = 1; stream < 2 * 200; stream += 2) {
                requests.add(client.expect(stream));
                int flags = Http2Frames.END_HEADERS | Http2Frames.END_STREAM;
                frames.write(Http2Frames.frame(Http2Frames.HEADERS, flags, stream, ByteBuffer.wrap(block)));
            }
            client.raw(frames.toByteArray());
            for (Request request : requests) {
                assertThat(request.status()).isEqualTo(400);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/none?x=%",
                "/?q=100%",
                "/%",
                "/%4",
                "/%zz",
                "/a%2",
                "/;p=%",
                "/;%zz=1",
                "/?%",
                "/?a=%e",
                "/%%20",
                "/a?b=%20%",
                "",
                "none",
                "http:/",
                "/ ",
                "/a b",
                "/\u00e9",
                "/\u0000",
                "/\n"
            })
    void aPathThatIsNone(String path) throws IOException {
        try (DuplexServer server = start();
                ServerLog log = new ServerLog()) {
            for (boolean withBody : new boolean[] {false, true}) {
                try (Beside connection = new Beside(server)) {
                    Http2Client.Http2Request bad = connection.ask(withBody, head(":path", path));
                    assertThat(bad.status()).isEqualTo(400);
                }
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        ":authority, a b",
        ":authority, \u00e9",
        ":authority, ''",
        "host, example.com",
        ":method, CONNECT",
        ":method, ''",
        ":method, a/b",
        ":method, A B",
        ":scheme, ftp",
        ":scheme, ''",
        ":scheme, h t",
        "content-length, -5",
        "content-length, +5",
        "a, 'b\r\nc: d'",
        "a, 'b\nc'",
        "a, 'b\u0000c'",
        "a:, b",
        "connection, close",
        "upgrade, h2c",
        "keep-alive, timeout=5",
        "proxy-connection, keep-alive",
    })
    void aFieldThatMustNotBeThere(String name, String value) throws IOException {
        try (DuplexServer server = start();
                ServerLog log = new ServerLog()) {
            try (Beside connection = new Beside(server)) {
                Map<String, String> head = head(name, value);
                if (value.equals("CONNECT")) {
                    head.remove(":path");
                    head.remove(":scheme");
                }
                assertThat(connection.ask(true, head).status()).isEqualTo(400);
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void aRequestNamesItsHostByOneOfTheFields() throws IOException {
        try (DuplexServer server = start();
                Beside connection = new Beside(server)) {
            Map<String, String> head = head("host", "LocalHost");
            assertThat(connection.ask(false, head).status()).as("both").isEqualTo(200);
            head.remove(":authority");
            assertThat(connection.ask(false, head).status()).as("Host").isEqualTo(200);
            head.remove("host");
            assertThat(connection.ask(false, head).status()).as("none").isEqualTo(400);
        }
    }

    /** A proxy that passes it on in HTTP/1.1 would treat the next request as the body. */
    @Test
    void aLengthWithoutABodyIsRefused() throws IOException {
        try (DuplexServer server = start();
                Beside connection = new Beside(server)) {
            Map<String, String> announced = head("content-length", "3");
            assertThat(connection.ask(false, announced).status()).isEqualTo(400);
            Http2Client.Http2Request whole = connection.ask(true, announced);
            whole.writeLast(new byte[3]);
            assertThat(whole.status()).isEqualTo(200);
            assertThat(connection.ask(false, head("content-length", "0")).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void dataOfNoStreamEndsTheConnection() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
            client.frame(Http2Frames.DATA, 0, 0, ByteBuffer.allocate(1).position(1));
            assertThat(Await.result(client.closed())).contains("GOAWAY, error 1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "content-length, abc",
        "content-length, 99999999999999999999",
        "te, gzip",
        "A, b",
        "'a\u0001', b",
        "a b, c",
        ":none, x",
    })
    void aRequestThatIsMalformedIsReset(String name, String value) throws IOException {
        try (DuplexServer server = start();
                ServerLog log = new ServerLog()) {
            try (Beside connection = new Beside(server)) {
                Http2Client.Http2Request bad = connection.ask(true, head(name, value));
                assertThat(bad.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void tooManyParameters() throws IOException {
        try (DuplexServer server = start();
                ServerLog log = new ServerLog();
                Beside connection = new Beside(server)) {
            assertThat(connection
                            .ask(true, head(":path", "/?" + "a&".repeat(1100)))
                            .status())
                    .isEqualTo(400);
            assertThat(connection
                            .ask(true, head(":path", "/" + ";a".repeat(1100)))
                            .status())
                    .isEqualTo(400);
            assertThat(log.warnings()).isEmpty();
        }
    }

    /** The end of a body that was refused may be under way. */
    @Test
    void theBodyOfARefusedRequestIsDropped() throws IOException {
        try (DuplexServer server = start();
                Beside connection = new Beside(server)) {
            Http2Client.Http2Request bad = connection.ask(true, head(":path", "/%"));
            for (int i = 0; i < 10; i++) {
                connection.client.frame(
                        Http2Frames.DATA,
                        0,
                        bad.stream,
                        ByteBuffer.allocate(1000).position(1000));
            }
            bad.end();
            assertThat(bad.status()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/%00", "/a%00.txt", "/%ff", "/%c0%80", "/..%5c..", "/%2e%2e/%2e%2e/x", "/a;b=%20", "/?%00"})
    void aPathThatIsNoFile(String path, @TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("index.html"), "hello");
        DuplexServer server = DuplexServer.builder()
                .handle("/", new ResourceHandler(new PathResourceManager(directory), bodies))
                .build();
        server.start();
        try (server;
                ServerLog log = new ServerLog()) {
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), path)) {
                assertThat(client.send("GET", false).status()).isBetween(200, 404);
                client.ping();
            }
            assertThat(log.warnings()).isEmpty();
        }
    }
}
