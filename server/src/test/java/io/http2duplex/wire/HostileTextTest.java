package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.StatusHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** No answer and no line of the log repeats what a request says, wherever it says it, and no log has a whole id. */
class HostileTextTest {
    private static final String MARK = "h0stile";

    private static final List<String> TEXTS = List.of(
            MARK + "<script>alert('" + MARK + "')</script>\"",
            MARK + "\u00fc\u00a0\u0085" + MARK,
            MARK + "\u007f" + MARK,
            MARK.repeat(1500));

    /** HTTP/1.1 has no way to say these in one field. */
    private static final String TWO_LINES = MARK + "\r\nset-cookie: " + MARK + "=1\r\n\r\n" + MARK;

    private static final List<String> FIELDS = List.of(
            "origin",
            "sec-fetch-site",
            "http2-duplex-id",
            "http2-duplex-version",
            "http2-duplex-limit",
            "http2-duplex-attach",
            "http2-duplex-offset",
            "http2-duplex-single",
            "http2-duplex-end",
            "http2-duplex-destroyed",
            "http2-duplex-" + MARK,
            "content-type",
            "content-length",
            "cookie",
            "authorization",
            "expect",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "access-control-request-method",
            "access-control-request-headers",
            "host",
            "user-agent");

    private final Logger logger = Logger.getLogger("io.http2duplex");
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            log.add(new SimpleFormatter().format(logged));
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    @BeforeEach
    void record() {
        recorder.setLevel(Level.ALL);
        logger.setLevel(Level.ALL);
        logger.setUseParentHandlers(false);
        logger.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(recorder);
        logger.setUseParentHandlers(true);
        logger.setLevel(null);
    }

    private DuplexServer start(UnaryOperator<DuplexHandler.Builder> options) {
        DuplexHandler handler = options.apply(
                        DuplexHandler.builder(opened::add).allowedOrigins("https://app.example.com"))
                .build();
        DuplexServer server = DuplexServer.builder()
                .handle("/", handler)
                .handle("/health", StatusHandler.health(handler))
                .handle("/status", StatusHandler.statistics(Map.of("echo", handler)))
                .trustXForwarded("127.0.0.1", "::1")
                .build();
        server.start();
        return server;
    }

    private Duplex duplex() {
        try {
            return opened.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void assertLogIsClean() {
        assertThat(log).noneMatch(line -> line.contains(MARK));
        List<String> ids = opened.stream().map(Duplex::id).toList();
        assertThat(ids).noneMatch(id -> log.stream().anyMatch(line -> line.contains(id)));
    }

    static Stream<String> fields() {
        return FIELDS.stream();
    }

    // ---- HTTP/1.1, as bytes

    /** {@return the status line, the fields, and the body if it has a length} */
    private static String ask(DuplexServer server, String request) throws IOException {
        try (Socket socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return answer(socket.getInputStream());
        }
    }

    private static String answer(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
            head.write(next);
        }
        String fields = head.toString(StandardCharsets.ISO_8859_1);
        int length = fields.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).trim()))
                .findAny()
                .orElse(0);
        return fields + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    private static void assertTellsNothing(String answer) {
        assertThat(answer).doesNotContain(MARK).doesNotContain("set-cookie");
    }

    @ParameterizedTest
    @MethodSource("fields")
    void noFieldOfHttp1IsRepeated(String name) throws IOException {
        try (DuplexServer server = start(options -> options)) {
            for (String text : TEXTS) {
                for (String method : List.of("GET", "POST", "OPTIONS")) {
                    for (String path : List.of("/", "/status")) {
                        String host = name.equals("host") ? "" : "host: localhost\r\n";
                        assertTellsNothing(ask(
                                server,
                                method + " " + path + " HTTP/1.1\r\n" + host + "connection: close\r\n" + name + ": "
                                        + text + "\r\n\r\n"));
                    }
                }
            }
            assertLogIsClean();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%s HTTP/1.1",
                "GET /?%s HTTP/1.1",
                "POST /health?%s=%s HTTP/1.1",
                "GET http://%s/ HTTP/1.1",
                "%s / HTTP/1.1",
                "GET / HTTP/1.1%s",
                "GET /;%s=1 HTTP/1.1"
            })
    void noRequestLineIsRepeated(String line) throws IOException {
        try (DuplexServer server = start(options -> options)) {
            for (String text : TEXTS) {
                assertTellsNothing(ask(
                        server,
                        line.replace("%s", text.replace(" ", ""))
                                + "\r\nhost: localhost\r\nconnection: close\r\n\r\n"));
            }
            assertLogIsClean();
        }
    }

    // ---- HTTP/2, of which a field may hold line ends

    @ParameterizedTest
    @MethodSource("fields")
    void noFieldOfHttp2IsRepeated(String name) throws IOException {
        try (DuplexServer server = start(options -> options)) {
            for (String text :
                    Stream.concat(TEXTS.stream(), Stream.of(TWO_LINES)).toList()) {
                for (String method : List.of("GET", "POST", "OPTIONS")) {
                    try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
                        Request request = client.send(method, false, name, text);
                        if (request.status() >= 300) {
                            request.readToEnd();
                        }
                        assertTellsNothing(request.everything());
                    }
                }
            }
            assertLogIsClean();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%s", "/?%s", "/status?%s", "%s"})
    void noPathOfHttp2IsRepeated(String path) throws IOException {
        try (DuplexServer server = start(options -> options)) {
            for (String text :
                    Stream.concat(TEXTS.stream(), Stream.of(TWO_LINES)).toList()) {
                try (Http2Client client =
                        Http2Client.over(Sockets.open(server.port(), null, "h2"), path.replace("%s", text))) {
                    Request request = client.send("POST", false, "http2-duplex-id", text);
                    request.ending();
                    assertTellsNothing(request.everything());
                }
            }
            assertLogIsClean();
        }
    }

    // ---- what must be told

    /** Only to those who know the session's id, and as a string of JSON. */
    @Test
    void whyAPageHasResetItsDuplexIsToldOnOneLine() throws IOException {
        String reason = TWO_LINES + "\"<script>\u2028\u0085\u001b[2J";
        try (DuplexServer server = start(options -> options);
                Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
            Resumable resumable = Resumable.open(client);
            Duplex duplex = duplex();
            assertThat(Resumable.post(client, resumable.id(), Frames.reset(4711, reason))
                            .status())
                    .isEqualTo(204);

            assertThat(Await.failure(duplex.closed()))
                    .hasMessageStartingWith(MARK)
                    .hasMessageContaining("<script>")
                    .extracting(failure -> failure.toString().codePoints().anyMatch(Character::isISOControl))
                    .isEqualTo(false);
            Request late = Resumable.attach(client, resumable.id(), 1, 0);
            String loggable = reason.replaceAll("[\\p{Cc}\\u2028\\u2029]", "\ufffd");
            RefusalsTest.assertRefused(late, 410, "session-reset", 4711, loggable);
            assertThat(late.everything()).doesNotContain("\r", "\n");
            assertThat(log).noneMatch(line -> line.contains(resumable.id()));
        }
    }

    @Test
    void aHandlerThatFailsWithItsDuplexForgesNoLinesInTheLog() throws IOException {
        DuplexHandler handler = DuplexHandler.builder(
                        duplex -> duplex.inputStream().readAllBytes())
                .build();
        try (DuplexServer server = DuplexServer.builder().handle("/", handler).build()) {
            server.start();
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
                Resumable resumable = Resumable.open(client);
                Resumable.post(client, resumable.id(), Frames.reset(4711, TWO_LINES));
                Await.until("its failure is logged", () -> log.stream().anyMatch(line -> line.contains(MARK)));
                assertThat(log).noneMatch(line -> line.lines().anyMatch(single -> single.startsWith("set-cookie")));
                assertThat(log).noneMatch(line -> line.contains(resumable.id()));
            }
        }
    }

    @Test
    void whatTheAuthorizerSaysIsAStringOfJson() throws IOException {
        String detail = TWO_LINES + "\"<script>\u00fc";
        try (DuplexServer server = start(options -> options.authorize(
                        request -> CompletableFuture.completedStage(Authorization.refuse(403, detail))));
                Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
            Request refused = client.send("GET", false);
            JsonNode problem = JsonMapper.shared().readTree(refused.readToEnd());
            assertThat(problem.get("detail").asString()).isEqualTo(detail);
            assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
            assertThat(refused.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(refused.everything()).doesNotContain("\r", "\n");
            assertLogIsClean();
        }
    }

    @Test
    void theAccountOfADuplexIsToldToNobody() throws IOException {
        try (DuplexServer server = start(options -> options.authorize(request -> CompletableFuture.completedStage(
                        Authorization.accept(String.valueOf(request.header("who"))))));
                Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
            String id = client.send("GET", false, "who", MARK).id();
            Request other = client.post(id, bytes(1), "who", "other" + MARK);
            other.readToEnd();
            assertThat(other.status()).isEqualTo(403);
            assertTellsNothing(other.everything());
            assertLogIsClean();
        }
    }
}
