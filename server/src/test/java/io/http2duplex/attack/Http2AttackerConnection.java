package io.http2duplex.attack;

import static io.http2duplex.wire.Http2Frames.ACK;
import static io.http2duplex.wire.Http2Frames.DATA;
import static io.http2duplex.wire.Http2Frames.END_HEADERS;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.PING;
import static io.http2duplex.wire.Http2Frames.RST_STREAM;
import static io.http2duplex.wire.Http2Frames.SETTINGS;

import io.http2duplex.wire.Http2Frames;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 that heeds no window and gives no credit, unless the attack does. What is answered is looked
 * at, but for downloads.
 */
final class Http2AttackerConnection extends AttackerConnection {
    private static final int PATIENCE_SECONDS = 2;

    /** A response's head. */
    record Head(int status, @Nullable String id) {}

    private static final Head NONE = new Head(0, null);

    private final HpackDecoder decoder = new HpackDecoder(16_384, System::nanoTime);
    private final Map<Integer, CompletableFuture<Head>> heads = new ConcurrentHashMap<>();
    private final boolean tls;
    private int next = 1;

    /** @param window what each stream of the server may send */
    Http2AttackerConnection(Target target, boolean tls, String attack, int window) throws IOException {
        super(target, new Kind(tls, "h2", true), attack);
        this.tls = tls;
        write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        frame(SETTINGS, 0, 0, setting(4, window));
    }

    static byte[] setting(int identifier, int value) {
        return ByteBuffer.allocate(6).putShort((short) identifier).putInt(value).array();
    }

    void frame(int type, int flags, int stream, byte... payload) throws IOException {
        write(Http2Frames.frame(type, flags, stream, ByteBuffer.wrap(payload)));
    }

    /** {@return the number of the next stream} */
    int nextStream() {
        next += 2;
        return next - 2;
    }

    /** {@return a block of the fields that every request has, and of others, names and values in turn} */
    byte[] block(String method, String path, String... headers) {
        ByteBuffer block = ByteBuffer.allocate(128 * 1024);
        Http2Frames.field(block, ":method", method);
        Http2Frames.field(block, ":scheme", tls ? "https" : "http");
        Http2Frames.field(block, ":authority", "localhost");
        Http2Frames.field(block, ":path", path);
        for (int i = 0; i < headers.length; i += 2) {
            Http2Frames.field(block, headers[i], headers[i + 1]);
        }
        byte[] bytes = new byte[block.flip().remaining()];
        block.get(bytes);
        return bytes;
    }

    /** {@return the stream of a request without a body} */
    int get(String path, String... headers) throws IOException {
        int stream = nextStream();
        frame(HEADERS, END_HEADERS | END_STREAM, stream, block("GET", path, headers));
        return stream;
    }

    /** {@return the stream of a request whose body is to come} */
    int post(String path, String... headers) throws IOException {
        int stream = nextStream();
        frame(HEADERS, END_HEADERS, stream, block("POST", path, headers));
        return stream;
    }

    /** Sends a part of a body, the last if the stream is to end. */
    void data(int stream, boolean last, byte... bytes) throws IOException {
        frame(DATA, last ? END_STREAM : 0, stream, bytes);
    }

    /** Sends a whole POST of a session. {@return its stream} */
    int upload(String path, String id, int dialect, byte... body) throws IOException {
        int post = dialect == 1
                ? post(path, "http2-duplex-id", id)
                : post(path, "http2-duplex-id", id, "http2-duplex-version", "" + dialect);
        data(post, true, body);
        return post;
    }

    void cut(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, Http2Frames.CANCEL});
    }

    /** {@return the response's head; {@link #NONE} if none comes within {@value #PATIENCE_SECONDS} seconds} */
    Head head(int stream) throws IOException {
        try {
            return awaited(stream).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return NONE;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private CompletableFuture<Head> awaited(int stream) {
        CompletableFuture<Head> head = heads.computeIfAbsent(stream, ignored -> new CompletableFuture<>());
        if (isClosed()) {
            head.complete(NONE);
        }
        return head;
    }

    @Override
    void receive(InputStream raw) throws IOException {
        DataInputStream in = new DataInputStream(raw);
        try {
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                received(lengthAndType & 255, flags, stream, in.readNBytes(lengthAndType >>> 8));
            }
        } catch (HpackException | RuntimeException e) {
            verdict().fault(attack + " was answered with what is not HTTP/2: " + e);
        } finally {
            close();
            heads.values().forEach(head -> head.complete(NONE));
        }
    }

    private void received(int type, int flags, int stream, byte[] payload) throws IOException, HpackException {
        if (type == HEADERS) {
            MetaData.Response response = (MetaData.Response) decoder.decode(ByteBuffer.wrap(payload));
            String id = response.getHttpFields().get("http2-duplex-id");
            verdict().answered(response.getStatus(), attack);
            awaited(stream).complete(new Head(response.getStatus(), id));
        } else if (type == DATA) {
            Head head = awaited(stream).getNow(NONE);
            if (head.status != 200) {
                verdict().looked(new String(payload, StandardCharsets.ISO_8859_1), attack);
            }
        } else if (type == PING && (flags & ACK) == 0) {
            frame(PING, ACK, 0, payload);
        } else if (type == SETTINGS && (flags & ACK) == 0) {
            frame(SETTINGS, ACK, 0);
        } else if (type == RST_STREAM) {
            awaited(stream).complete(NONE);
        }
    }
}
