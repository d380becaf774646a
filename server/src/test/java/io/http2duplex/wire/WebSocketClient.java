package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A WebSocket (RFC 6455) of a client that sends whatever the test wants. Reading waits at most {@link Await#LIMIT}. */
public final class WebSocketClient implements AutoCloseable {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** How the server has closed the socket. */
    record Close(int code, String reason) {}

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    private final Sockets sockets;
    private final DataInputStream in;
    private final Random random = new Random(1);
    private final List<String> head = new ArrayList<>();
    private final List<byte[]> pongs = new ArrayList<>();
    private @Nullable Close close;
    /** Whether the connection has ended. */
    private boolean over;

    private WebSocketClient(Sockets sockets) throws IOException {
        this.sockets = sockets;
        sockets.tcp().setSoTimeout((int) Await.LIMIT.toMillis());
        in = new DataInputStream(sockets.top().getInputStream());
    }

    /** Opens a socket, which the server accepts. */
    static WebSocketClient open(TestServer server, boolean tls) throws IOException {
        WebSocketClient client = ask(server.port(tls), tls ? TestServer.trust() : null, server.path());
        assertThat(client.status()).isEqualTo(101);
        assertThat(client.field("sec-websocket-protocol")).isEqualTo("http2-duplex.2");
        assertThat(client.field("sec-websocket-extensions")).isNull();
        return client;
    }

    /**
     * Asks for a socket.
     *
     * @param fields names and values of other header fields; one that is there takes the place of the usual one
     */
    public static WebSocketClient ask(int port, @Nullable SSLContext tls, String path, String... fields)
            throws IOException {
        WebSocketClient client = new WebSocketClient(Sockets.open(port, tls, "http/1.1"));
        StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n");
        String[] usual = {
            "Connection", "keep-alive, Upgrade",
            "Upgrade", "websocket",
            "Sec-WebSocket-Version", "13",
            "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits",
            "Sec-WebSocket-Protocol", "http2-duplex.2"
        };
        List<String> own = Arrays.asList(fields);
        for (int i = 0; i < usual.length; i += 2) {
            if (!own.contains(usual[i])) {
                head.append(usual[i]).append(": ").append(usual[i + 1]).append("\r\n");
            }
        }
        for (int i = 0; i < fields.length; i += 2) {
            head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
        }
        client.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        client.readHead();
        return client;
    }

    private void readHead() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("The server has closed the connection in the head of its answer");
            }
            if (c == '\n') {
                String text = line.toString().strip();
                if (text.isEmpty()) {
                    return;
                }
                head.add(text);
                line.setLength(0);
            } else {
                line.append((char) c);
            }
        }
    }

    public int status() {
        return Integer.parseInt(head.get(0).substring(9, 12)); // behind HTTP/1.1
    }

    /** {@return the value of a header field of the answer; null if it has none} */
    @Nullable
    String field(String name) {
        return head.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    // ---- sending

    /** Sends a binary message. */
    public void send(byte[] message) throws IOException {
        frame(true, BINARY, message);
    }

    /** Sends a frame. */
    public void frame(boolean last, int opcode, byte[] payload) throws IOException {
        write(bytes(last, opcode, payload));
    }

    /** {@return a frame, masked} */
    byte[] bytes(boolean last, int opcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) ((last ? FINAL : 0) | opcode));
        if (payload.length < 126) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(payload.length);
        }
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i % 4]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    /** Sends bytes as they are. */
    public void write(byte[] bytes) throws IOException {
        sockets.top().getOutputStream().write(bytes);
        sockets.top().getOutputStream().flush();
    }

    /** Sends a close frame. */
    void sendClose(int code) throws IOException {
        frame(true, CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
    }

    // ---- receiving

    /** {@return the payload of the next message, or of the next frame of one} */
    byte[] receive() throws IOException {
        byte[] payload = next();
        if (payload == null) {
            throw new AssertionError("The socket has ended with " + close + " where a message was awaited");
        }
        return payload;
    }

    /** {@return how the server closes the socket} What it sends before that is dropped. */
    Close awaitClose() throws IOException {
        while (close == null) {
            if (next() == null && close == null) {
                throw new AssertionError("The connection has ended without a close frame");
            }
        }
        return close;
    }

    /** Waits until the connection has ended. */
    void awaitEnd() throws IOException {
        while (!over) {
            next();
        }
    }

    /** {@return the next pong of the server} */
    byte[] awaitPong() throws IOException {
        while (pongs.isEmpty()) {
            receive();
        }
        return pongs.remove(0);
    }

    /** {@return the payload of the next data frame, or nothing of a pong; null after a close, or the end} */
    private byte @Nullable [] next() throws IOException {
        int first;
        try {
            first = in.read();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("In vain waited for " + Await.LIMIT + " for something on the socket", e);
        } catch (IOException e) { // reset, which is an end too
            first = -1;
        }
        if (first < 0) {
            over = true;
            return null;
        }
        int length = in.read();
        assertThat(length).as("a server does not mask").isLessThan(MASKED);
        long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
        byte[] payload = new byte[(int) size];
        in.readFully(payload);
        switch (first & 0xF) {
            case CLOSE -> {
                close = payload.length < 2
                        ? new Close(1005, "")
                        : new Close(
                                ByteBuffer.wrap(payload).getShort() & 0xFFFF,
                                new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
                return null;
            }
            case PONG -> {
                pongs.add(payload);
                return new byte[0];
            }
            default -> {
                return payload;
            }
        }
    }

    /** {@return the next bytes, exactly that many, however messages are cut} */
    byte[] read(int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < count) {
            all.writeBytes(receive());
        }
        assertThat(all.size()).isEqualTo(count);
        return all.toByteArray();
    }

    /** Closes the connection without a word. */
    @Override
    public void close() throws IOException {
        sockets.kill();
    }
}
