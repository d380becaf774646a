package io.http2duplex.wire;

import static io.http2duplex.wire.Http2Frames.ACK;
import static io.http2duplex.wire.Http2Frames.DATA;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.GOAWAY;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.PING;
import static io.http2duplex.wire.Http2Frames.RST_STREAM;
import static io.http2duplex.wire.Http2Frames.SETTINGS;
import static io.http2duplex.wire.Http2Frames.WINDOW_UPDATE;
import static io.http2duplex.wire.Http2Frames.field;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/**
 * The client's end of an HTTP/2 connection (RFC 9113), frame by frame. It sends what it is told to, whatever that does to
 * the connection, and heeds no window. Of what comes it acknowledges SETTINGS and answers PINGs, unless a subclass does
 * otherwise.
 */
public abstract class Http2Connection {
    private final Socket socket;
    private final HpackDecoder decoder = new HpackDecoder(16_384, System::nanoTime);

    /** Nothing is sent yet, and nothing is read. */
    protected Http2Connection(Socket socket) {
        this.socket = socket;
    }

    // ---- sending

    /** Sends the preface, and the first SETTINGS: identifiers and values in turn. */
    public final void begin(int... settings) throws IOException {
        write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        frame(SETTINGS, 0, 0, payload.array());
    }

    public final void frame(int type, int flags, int stream, byte... payload) throws IOException {
        write(Http2Frames.frame(type, flags, stream, ByteBuffer.wrap(payload)));
    }

    /** Sends bytes, which nothing else that is sent comes between. */
    protected void write(byte[] bytes) throws IOException {
        synchronized (socket) {
            socket.getOutputStream().write(bytes);
        }
    }

    /** {@return a block of the fields that every request has, and of others, names and values in turn} */
    public final byte[] block(String method, String path, String... headers) {
        int size = 100 + method.length() + path.length();
        for (String text : headers) {
            size += 10 + text.length();
        }
        ByteBuffer block = ByteBuffer.allocate(size);
        field(block, ":method", method);
        field(block, ":scheme", socket instanceof SSLSocket ? "https" : "http");
        field(block, ":authority", "localhost");
        field(block, ":path", path);
        for (int i = 0; i < headers.length; i += 2) {
            field(block, headers[i], headers[i + 1]);
        }
        byte[] bytes = new byte[block.flip().remaining()];
        block.get(bytes);
        return bytes;
    }

    // ---- receiving, on the thread that calls receive

    /** Reads frames, and returns never: it throws when there are no more, or no frames. */
    protected final void receive() throws IOException, HpackException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (true) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            received(lengthAndType & 255, flags, stream, in.readNBytes(lengthAndType >>> 8));
        }
    }

    private void received(int type, int flags, int stream, byte[] bytes) throws IOException, HpackException {
        ByteBuffer payload = ByteBuffer.wrap(bytes);
        boolean last = (flags & END_STREAM) != 0;
        switch (type) {
            case HEADERS -> {
                Map<String, String> fields = new TreeMap<>();
                MetaData.Response response = (MetaData.Response) decoder.decode(payload);
                response.getHttpFields().forEach(field -> fields.put(field.getLowerCaseName(), field.getValue()));
                head(stream, response.getStatus(), fields, last);
            }
            case DATA -> data(stream, bytes, last);
            case RST_STREAM -> reset(stream, payload.getInt());
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    Map<Integer, Integer> settings = new TreeMap<>();
                    while (payload.hasRemaining()) {
                        settings.put((int) payload.getShort(), payload.getInt());
                    }
                    settings(settings);
                }
            }
            case PING -> {
                if ((flags & ACK) == 0) {
                    ping(bytes);
                } else {
                    pong(payload.getLong());
                }
            }
            case WINDOW_UPDATE -> windowUpdate(stream, payload.getInt());
            case GOAWAY -> goAway(payload.getInt(), payload.getInt());
            default -> {
                // no meaning for a client
            }
        }
    }

    /**
     * The head of a response, or trailers.
     *
     * @param fields by their lower-case names
     */
    protected abstract void head(int stream, int status, Map<String, String> fields, boolean last) throws IOException;

    protected abstract void data(int stream, byte[] bytes, boolean last) throws IOException;

    protected abstract void reset(int stream, int error);

    /** What the server has set, by identifier. */
    protected void settings(Map<Integer, Integer> settings) throws IOException {
        frame(SETTINGS, ACK, 0);
    }

    protected void ping(byte[] payload) throws IOException {
        frame(PING, ACK, 0, payload);
    }

    protected void pong(long payload) {}

    protected void windowUpdate(int stream, int count) {}

    protected void goAway(int lastStream, int error) {}
}
