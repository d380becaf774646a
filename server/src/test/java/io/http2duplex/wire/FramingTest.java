package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
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
                .build();
        server.start();
        return server;
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

    @Test
    void whatIsClearIsTaken() throws IOException {
        try (DuplexServer server = start()) {
            String answers = ask(
                    server,
                    "POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabcde"
                            + "POST /2 HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n"
                            + "GET /3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(4);
            assertThat(handled).containsExactly("/1", "/2", "/3");
        }
    }
}
