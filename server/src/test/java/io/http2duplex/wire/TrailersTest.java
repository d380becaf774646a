package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trailers of HTTP/2 requests: they end a body, and nobody sees their fields, which nothing has checked. */
class TrailersTest {
    private static final int END = Http2Frames.END_HEADERS | Http2Frames.END_STREAM;

    /** Answers, when it has the body, with its length and what has become of the request's fields. */
    private static void answer(HttpServerExchange exchange) {
        exchange.getRequestReceiver().receiveFullBytes((whole, body) -> {
            var fields = whole.getRequestHeaders();
            whole.getResponseSender()
                    .send(body.length + " " + fields.getFirst("x-checked") + " " + fields.contains("x-late") + " "
                            + (whole.getAttachment(HttpAttachments.REQUEST_TRAILERS) != null));
        });
    }

    private static DuplexServer start() {
        DuplexServer server = DuplexServer.builder()
                .handle("/", TrailersTest::answer)
                .handle(
                        "/echo",
                        DuplexHandler.builder(TestServer::echo).oneRequest(true).build())
                .build();
        server.start();
        return server;
    }

    private static Http2Client connect(DuplexServer server, String path) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), path);
        Await.result(client.settings);
        return client;
    }

    private static ByteBuffer trailers() {
        ByteBuffer block = ByteBuffer.allocate(500);
        Http2Frames.field(block, "x-checked", "evil\r\n\r\nPOST / HTTP/1.1\r\n");
        Http2Frames.field(block, "x-late", "late");
        return block;
    }

    private static String text(Request request) {
        return new String(request.readToEnd(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000})
    void trailersEndABodyAndChangeNothing(int atOnce) throws IOException {
        try (DuplexServer server = start();
                Http2Client client = connect(server, "/")) {
            for (int i = 0; i < 3; i++) {
                Http2Client.Http2Request request = client.send("POST", true, "x-checked", "good");
                request.write(new byte[1_000]);
                ByteBuffer block = trailers().flip();
                ByteArrayOutputStream all = new ByteArrayOutputStream(); // the client's reader writes frames, too
                for (int type = Http2Frames.HEADERS; block.hasRemaining(); type = Http2Frames.CONTINUATION) {
                    int count = Math.min(atOnce, block.remaining());
                    ByteBuffer part = ByteBuffer.allocate(count).put(block.slice(block.position(), count));
                    block.position(block.position() + count);
                    int end = block.hasRemaining() ? 0 : Http2Frames.END_HEADERS;
                    int last = type == Http2Frames.HEADERS ? Http2Frames.END_STREAM : 0;
                    all.writeBytes(Http2Frames.frame(type, end | last, request.stream, part.flip()));
                }
                client.raw(all.toByteArray());
                assertThat(text(request)).isEqualTo("1000 good false false");
            }
        }
    }

    /** The frames come in one piece, so that those behind the trailers must not wait for more. */
    @Test
    void whatComesBehindTrailersIsNotHeldUp() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = connect(server, "/")) {
            Http2Client.Http2Request first = client.send("POST", true, "x-checked", "good");
            Http2Client.Http2Request other = client.send("POST", true, "x-checked", "good");
            ByteBuffer all = ByteBuffer.allocate(2_000);
            ByteBuffer three = ByteBuffer.allocate(3);
            all.put(Http2Frames.frame(Http2Frames.DATA, 0, first.stream, three));
            all.put(Http2Frames.frame(
                    Http2Frames.HEADERS, END, first.stream, trailers().flip()));
            all.put(Http2Frames.frame(Http2Frames.DATA, Http2Frames.END_STREAM, other.stream, three.rewind()));
            client.raw(Arrays.copyOf(all.array(), all.position()));
            assertThat(text(first)).isEqualTo("3 good false false");
            assertThat(text(other)).isEqualTo("3 good false false");
        }
    }

    @Test
    void trailersEndTheBodyOfADuplex() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = connect(server, "/echo")) {
            Http2Client.Http2Request duplex = client.send("PUT", true);
            duplex.write(new byte[1_000]);
            client.frame(Http2Frames.HEADERS, END, duplex.stream, trailers());
            assertThat(duplex.readToEnd()).hasSize(1_000);
        }
    }

    /** Otherwise its trailers would make a whole body of one that is cut. */
    @Test
    void aBodyThatIsShorterThanItsLengthIsNotWhole() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = connect(server, "/")) {
            Http2Client.Http2Request request = client.send("POST", true, "content-length", "1001");
            request.write(new byte[1_000]);
            client.frame(Http2Frames.HEADERS, END, request.stream, trailers());
            assertThat(request.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            client.ping();
        }
    }

    @Test
    void trailersWithoutAnEndBreakTheConnection() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = connect(server, "/")) {
            Http2Client.Http2Request request = client.send("POST", true);
            client.frame(Http2Frames.HEADERS, Http2Frames.END_HEADERS, request.stream, trailers());
            assertThat(Await.result(client.closed())).contains("GOAWAY, error 1");
        }
    }

    @Test
    void aHeadBehindTheEndOfABodyBreaksTheConnection() throws IOException {
        try (DuplexServer server = start();
                Http2Client client = connect(server, "/echo")) {
            Http2Client.Http2Request download = client.send("GET", false);
            assertThat(download.status()).isEqualTo(200);
            client.frame(Http2Frames.HEADERS, END, download.stream, trailers());
            assertThat(Await.result(client.closed())).contains("GOAWAY, error 5");
        }
    }
}
