package io.http2duplex.wire;

import static io.http2duplex.wire.Http2Frames.ACK;
import static io.http2duplex.wire.Http2Frames.CANCEL;
import static io.http2duplex.wire.Http2Frames.DATA;
import static io.http2duplex.wire.Http2Frames.DEFAULT_WINDOW;
import static io.http2duplex.wire.Http2Frames.END_HEADERS;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.GOAWAY;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.MAX_FRAME;
import static io.http2duplex.wire.Http2Frames.PING;
import static io.http2duplex.wire.Http2Frames.RST_STREAM;
import static io.http2duplex.wire.Http2Frames.SETTINGS;
import static io.http2duplex.wire.Http2Frames.WINDOW_UPDATE;
import static io.http2duplex.wire.Http2Frames.field;

import io.http2duplex.wire.Request.Ending;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/**
 * One HTTP/2 connection (RFC 9113) that does what a test asks for, polite or not. It keeps to the server's windows, and
 * gives credit for what it received at once, unless it was made with windows that the test moves itself.
 */
final class Http2Client implements Client {
    private final Sockets sockets;
    private final String path;
    private final boolean credit;
    private final HpackDecoder decoder = new HpackDecoder(16_384, System::nanoTime);
    private final Map<Integer, Http2Request> streams = new ConcurrentHashMap<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Void>> pongs = new ConcurrentHashMap<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();

    /** How many streams the server has reset; a stream reset twice counts twice. */
    final AtomicInteger resetsReceived = new AtomicInteger();

    /** The last stream that the server will serve, once it has said so. */
    final CompletableFuture<Integer> goneAway = new CompletableFuture<>();

    /** What the server has set, by identifier; complete when its first SETTINGS are here. */
    final CompletableFuture<Map<Integer, Integer>> settings = new CompletableFuture<>();

    /** How many PINGs the server has sent. */
    final AtomicInteger pingsReceived = new AtomicInteger();

    /** Whether it leaves the server's PINGs without an answer. */
    volatile boolean ignoresPings;

    private int nextStream = 1;
    private int sendWindow = DEFAULT_WINDOW;
    private int initialSendWindow = DEFAULT_WINDOW;

    private Http2Client(Sockets sockets, String path, int window, boolean credit) throws IOException {
        this.sockets = sockets;
        this.path = path;
        this.credit = credit;
        sockets.top().getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // SETTINGS_ENABLE_PUSH = 0, SETTINGS_INITIAL_WINDOW_SIZE = window
        frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(12)
                        .putShort((short) 2)
                        .putInt(0)
                        .putShort((short) 4)
                        .putInt(window));
        Thread reader = new Thread(this::receive, "http2-client");
        reader.setDaemon(true);
        reader.start();
    }

    /** A client that reads everything at once. */
    static Http2Client connect(Transport transport, TestServer server) throws IOException {
        return new Http2Client(sockets(transport, server), server.path(), DEFAULT_WINDOW, true);
    }

    /** A client of a server that is not a {@link TestServer}. */
    static Http2Client over(Sockets sockets, String path) throws IOException {
        return new Http2Client(sockets, path, DEFAULT_WINDOW, true);
    }

    /** A client whose streams have that window, and whose test gives all credit. */
    static Http2Client withWindow(Transport transport, TestServer server, int window) throws IOException {
        return new Http2Client(sockets(transport, server), server.path(), window, false);
    }

    private static Sockets sockets(Transport transport, TestServer server) throws IOException {
        return Sockets.open(server.port(transport.tls), transport.tls ? TestServer.trust() : null, "h2");
    }

    @Override
    public Http2Request send(String method, boolean withBody, String... headers) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(32_768);
        field(block, ":method", method);
        field(block, ":scheme", sockets.top() == sockets.tcp() ? "http" : "https");
        field(block, ":authority", "localhost");
        field(block, ":path", path);
        for (int i = 0; i < headers.length; i += 2) {
            field(block, headers[i], headers[i + 1]);
        }
        Http2Request request;
        synchronized (this) { // heads go out in the order of their numbers
            request = new Http2Request(nextStream, initialSendWindow);
            nextStream += 2;
            streams.put(request.stream, request);
            frame(HEADERS, END_HEADERS | (withBody ? 0 : END_STREAM), request.stream, block);
        }
        if (closed.isDone()) {
            request.ended(Ending.BROKEN_OFF, closed.join());
        }
        return request;
    }

    /** A request whose head the test sends, frame by frame. */
    Http2Request expect(int stream) {
        Http2Request request = new Http2Request(stream, initialSendWindow);
        streams.put(stream, request);
        return request;
    }

    /** Sends a frame, whatever it may do to the connection. The payload is what stands before the position. */
    void frame(int type, int flags, int stream, ByteBuffer payload) throws IOException {
        byte[] bytes = Http2Frames.frame(type, flags, stream, payload.flip());
        synchronized (sockets) {
            sockets.top().getOutputStream().write(bytes);
        }
    }

    /** Lets the server send that many more bytes; stream 0 is the connection. */
    void credit(int stream, int count) throws IOException {
        frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(count));
    }

    /** Returns when the server has handled every frame sent before. */
    void ping() throws IOException {
        int number = pings.incrementAndGet();
        CompletableFuture<Void> pong = new CompletableFuture<>();
        pongs.put(number, pong);
        frame(PING, 0, 0, ByteBuffer.allocate(8).putLong(number));
        Await.result(CompletableFuture.anyOf(pong, closed));
        if (!pong.isDone()) {
            throw new IOException("The connection is closed: " + closed.join());
        }
    }

    /** Says that nothing more will come from the server's streams. */
    void goAway() throws IOException {
        frame(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(0).putInt(0));
    }

    /** Tells, when the connection is lost, how. */
    CompletableFuture<String> closed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        sockets.kill();
    }

    private void receive() {
        try {
            DataInputStream in = new DataInputStream(sockets.top().getInputStream());
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(lengthAndType >>> 8);
                received(lengthAndType & 255, flags, stream, payload);
            }
        } catch (IOException | HpackException | RuntimeException e) {
            closed.complete(e.toString());
        }
        for (Http2Request request : streams.values()) {
            request.ended(Ending.BROKEN_OFF, "connection lost: " + closed.join());
        }
        synchronized (this) {
            notifyAll();
        }
    }

    private void received(int type, int flags, int stream, byte[] bytes) throws HpackException {
        ByteBuffer payload = ByteBuffer.wrap(bytes);
        Http2Request request = streams.get(stream);
        if (type == HEADERS) {
            Map<String, String> headers = new TreeMap<>();
            MetaData.Response response = (MetaData.Response) decoder.decode(payload);
            response.getHttpFields().forEach(field -> headers.put(field.getLowerCaseName(), field.getValue()));
            if (request != null) {
                request.head(response.getStatus(), headers);
            }
        } else if (type == DATA && request != null) {
            request.arrived(bytes, 0, bytes.length);
            if (credit && bytes.length > 0) {
                answer(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(bytes.length));
                if ((flags & END_STREAM) == 0) {
                    answer(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes.length));
                }
            }
        } else if (type == RST_STREAM) {
            resetsReceived.incrementAndGet();
            if (request != null) {
                request.ended(Ending.BROKEN_OFF, "RST_STREAM " + payload.getInt());
                synchronized (this) {
                    notifyAll();
                }
            }
        } else if (type == SETTINGS && (flags & ACK) == 0) {
            settings(payload);
        } else if (type == PING && (flags & ACK) != 0) {
            pongs.getOrDefault((int) payload.getLong(), new CompletableFuture<>())
                    .complete(null);
        } else if (type == PING) {
            pingsReceived.incrementAndGet();
            if (!ignoresPings) {
                answer(PING, ACK, 0, ByteBuffer.allocate(8).put(bytes));
            }
        } else if (type == WINDOW_UPDATE) {
            windowUpdate(stream, payload.getInt());
        } else if (type == GOAWAY) {
            goneAway.complete(payload.getInt());
            int error = payload.getInt();
            if (error != 0) {
                closed.complete("GOAWAY, error " + error);
            }
        }
        if (request != null && (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
            request.ended(Ending.WHOLE, ""); // the request's body may go on
        }
    }

    private void settings(ByteBuffer payload) {
        Map<Integer, Integer> received = new TreeMap<>();
        synchronized (this) {
            while (payload.hasRemaining()) {
                int identifier = payload.getShort();
                int value = payload.getInt();
                received.put(identifier, value);
                if (identifier == 4) {
                    streams.values().forEach(request -> request.window += value - initialSendWindow);
                    initialSendWindow = value;
                }
            }
            notifyAll();
        }
        settings.complete(received);
        answer(SETTINGS, ACK, 0, ByteBuffer.allocate(0));
    }

    /** Sends a frame because one has come. */
    private void answer(int type, int flags, int stream, ByteBuffer payload) {
        try {
            frame(type, flags, stream, payload);
        } catch (IOException e) {
            // The server has closed, and reads no more; what it had sent before is still to be read.
        }
    }

    private synchronized void windowUpdate(int stream, int count) {
        Http2Request request = streams.get(stream);
        if (stream == 0) {
            sendWindow += count;
        } else if (request != null) {
            request.window += count;
        }
        notifyAll();
    }

    final class Http2Request extends Request {
        final int stream;
        private int window;

        Http2Request(int stream, int window) {
            this.stream = stream;
            this.window = window;
        }

        @Override
        Http2Request write(byte[] bytes) throws IOException {
            int sent = 0;
            while (sent < bytes.length) {
                int count = grab(Math.min(bytes.length - sent, MAX_FRAME));
                ByteBuffer payload = ByteBuffer.allocate(count).put(bytes, sent, count);
                frame(DATA, 0, stream, payload);
                sent += count;
            }
            return this;
        }

        /** How much the stream's window takes now. */
        int window() {
            synchronized (Http2Client.this) {
                return window;
            }
        }

        private int grab(int wanted) throws IOException {
            long deadline = System.nanoTime() + Await.LIMIT.toNanos();
            synchronized (Http2Client.this) {
                while (Math.min(window, sendWindow) <= 0) {
                    long left = (deadline - System.nanoTime()) / 1_000_000;
                    if (left <= 0 || isBrokenOff() || closed.isDone()) {
                        throw new IOException("No window to write in");
                    }
                    try {
                        Http2Client.this.wait(left);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IOException(e);
                    }
                }
                int count = Math.min(wanted, Math.min(window, sendWindow));
                window -= count;
                sendWindow -= count;
                return count;
            }
        }

        @Override
        Http2Request end() throws IOException {
            frame(DATA, END_STREAM, stream, ByteBuffer.allocate(0));
            return this;
        }

        /** Ends the body with a frame that holds bytes. */
        void writeLast(byte[] bytes) throws IOException {
            frame(DATA, END_STREAM, stream, ByteBuffer.allocate(bytes.length).put(bytes));
        }

        @Override
        void cut() throws IOException {
            frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL));
        }
    }
}
