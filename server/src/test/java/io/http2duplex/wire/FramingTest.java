package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import io.undertow.server.handlers.BlockingHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an HTTP/1.1 request ends is the same for everybody: nothing can be hidden behind one. */
class FramingTest {
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n";

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();

    private DuplexServer start() {
        DuplexServer server = DuplexServer.builder()
                .handle("/", exchange -> {
                    handled.add(exchange.getRequestPath());
                    Bodies.answer(exchange);
                })
                .handle("/reads", new BlockingHandler(exchange -> {
                    handled.add(exchange.getRequestPath());
                    exchange.getInputStream().readAllBytes();
                }))
                .handle("/begins", new BlockingHandler(exchange -> {
                    handled.add(exchange.getRequestPath());
                    exchange.getOutputStream().write('x');
                    exchange.getOutputStream().flush();
                    exchange.getInputStream().readAllBytes();
                }))
                .build();
        server.start();
        return server;
    }

    /** {@return the text with CR LF for {@code |}, and a line feed alone for {@code ~}} */
    private static String lines(String text) {
        return text.replace("|", "\r\n").replace('~', '\n');
    }

    /** {@return all that comes until the server closes the connection} */
    private static String ask(DuplexServer server, String bytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Socket socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                all.write(next);
            }
        } catch (SocketException e) {
            // closed while the client was still sending: what came before counts
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 5\r\ncontent-length: 6",
                "content-length: 5\r\ncontent-length: 5",
                "content-length: 5, 6",
                "content-length: +5",
                "content-length: -5",
                "content-length: 0x5",
                "content-length: ",
                "transfer-encoding: xchunked",
                "transfer-encoding: identity",
                "transfer-encoding: identity, chunked",
                "transfer-encoding: chunked, identity",
                "transfer-encoding: chunked, chunked",
                "transfer-encoding: \"chunked\"",
                "transfer-encoding: chunked\r\ntransfer-encoding: identity",
                "transfer-encoding: identity\r\ntransfer-encoding: chunked",
                "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
            })
    void aRequestWhoseEndIsOpenIsRefusedAndItsConnectionClosed(String fields) throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(server, "POST / HTTP/1.1\r\nhost: a\r\n" + fields + "\r\n\r\n0\r\n\r\n" + SMUGGLED);
            assertThat(answers).startsWith("HTTP/1.1 400 ");
            assertThat(answers.split("HTTP/1.1 ", -1)).as("answers").hasSize(2);
            assertThat(handled).isEmpty();
        }
    }

    /** Of both the transfer coding counts (RFC 9112, section 6.3), and nothing is taken from behind it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 5\r\ntransfer-encoding: chunked",
                "transfer-encoding: chunked\r\ncontent-length: 5"
            })
    void aRequestWithBothIsRefusedToo(String fields) throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(server, "POST / HTTP/1.1\r\nhost: a\r\n" + fields + "\r\n\r\n0\r\n\r\n" + SMUGGLED);
            assertThat(answers).startsWith("HTTP/1.1 400 ");
            assertThat(handled).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "transfer-encoding: chunked||4~abcd~0~~",
                "transfer-encoding: chunked||4;a~abcd|0||",
                "transfer-encoding: chunked||4|abcdef|0||",
                "transfer-encoding: chunked||4|abcd0||",
                "transfer-encoding: chunked||4|abcd~0||",
                "transfer-encoding: chunked|| 4|abcd|0||",
                "transfer-encoding: chunked||4|abcd|0~|",
                "transfer-encoding: chunked||4|abcd|0|a: b~|",
                "transfer-encoding:| chunked||4|abcd|0||",
                "transfer-encoding : chunked||4|abcd|0||",
                "transfer-encoding: chunked~|4|abcd|0||",
            })
    void nothingIsTakenFromBehindABodyThatCanBeReadInTwoWays(String request) throws IOException {
        String text = lines(request);
        try (DuplexServer server = start()) {
            for (String path : List.of("/", "/reads")) {
                String answers = ask(server, "POST " + path + " HTTP/1.1\r\nhost: a\r\n" + text + SMUGGLED);
                assertThat(answers.split("HTTP/1.1 ", -1)).as(answers).hasSize(2);
                assertThat(handled).doesNotContain("/smuggled");
                if (path.equals("/reads")) {
                    assertThat(answers).startsWith("HTTP/1.1 400 ").contains("connection: close", "RFC 9112");
                }
            }
        }
    }

    /** HTTP/1.0 has no transfer codings: a proxy of that age would see the body as a second request. */
    @Test
    void aChunkedRequestOfHttp10IsRefused() throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(
                    server,
                    "POST / HTTP/1.0\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
                            + SMUGGLED);
            assertThat(answers).startsWith("HTTP/1.1 400 ").contains("ambiguous");
            assertThat(answers.split("HTTP/1.1 ", -1)).as("answers").hasSize(2);
            assertThat(handled).isEmpty();
        }
    }

    @Test
    void anAnswerThatHasBegunIsBrokenOffWhenTheRestOfItsRequestIsBad() throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(
                    server,
                    "POST /begins HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2\nbc\r\n"
                            + SMUGGLED);
            assertThat(answers).startsWith("HTTP/1.1 200 ").doesNotContain("400", "\r\n0\r\n");
            assertThat(handled).containsExactly("/begins");
        }
    }

    @Test
    void earlierAnswersComeBeforeTheRefusal() throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(
                    server,
                    lines("GET /1 HTTP/1.1|host: a||GET /2 HTTP/1.1|host: a||"
                            + "POST /reads HTTP/1.1|host: a|transfer-encoding: chunked||1~a|"));
            assertThat(answers.replaceAll("(?s)HTTP/1.1 (\\d+).*?(?=HTTP/1.1 |$)", "$1 "))
                    .isEqualTo("200 200 400 ");
        }
    }

    /** Undertow keeps every trailer field. */
    @Test
    void trailersWithoutEndAreRefused() throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(
                    server,
                    "POST /reads HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"
                            + "a: b\r\n".repeat(4000) + "\r\n" + SMUGGLED);
            assertThat(answers).startsWith("HTTP/1.1 400 ").contains("trailer");
            assertThat(handled).containsExactly("/reads");
        }
    }

    @Test
    void whatIsClearIsTaken() throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(
                    server,
                    lines("POST /1 HTTP/1.1|host: a|content-length: 5||abcde"
                            + "POST /2 HTTP/1.1|host: a|transfer-encoding: Chunked||0||"
                            + "POST /reads HTTP/1.1|host: a|transfer-encoding: chunked||3;x=y|abc|002|de|0|x: y||"
                            + "GET /3 HTTP/1.1|host: a|connection: close||"));
            assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(5);
            assertThat(handled).containsExactly("/1", "/2", "/reads", "/3");
        }
    }
}
