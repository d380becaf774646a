package io.http2duplex.wire;

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
import static io.http2duplex.wire.Http2Frames.WINDOW_UPDATE;

import io.http2duplex.wire.Request.Ending;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http2.hpack.HpackException;

/**
 * A client with one HTTP/2 connection that does what a test asks for, polite or not. It keeps to the server's windows,
 * and gives credit for what it received at once, unless it was made with windows that the test moves itself.
 */
final class Http2Client extends Http2Connection implements Client {
    /** Identifiers of SETTINGS. */
    private static final int ENABLE_PUSH = 2;

    private static final int INITIAL_WINDOW_SIZE = 4;

    private final Sockets sockets;
    private final String path;
    private final boolean credit;
    private final Map<Integer, Http2Request> streams = new ConcurrentHashMap<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Void>> pongs = new ConcurrentHashMap<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();

    /** How many streams the server has reset; a stream reset twice counts twice. */
    final AtomicInteger resetsReceived = new AtomicInteger();

    /** The error codes of those resets. */
    final Queue<Integer> resetCodes = new ConcurrentLinkedQueue<>();

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
        super(sockets.top());
        this.sockets = sockets;
        this.path = path;
        this.credit = credit;
        begin(ENABLE_PUSH, 0, INITIAL_WINDOW_SIZE, window);
        Thread reader = new Thread(this::read, "http2-client");
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

    /** A client of such a server whose streams have that window, and whose test gives all credit. */
    static Http2Client over(Sockets sockets, String path, int window) throws IOException {
        return new Http2Client(sockets, path, window, false);
    }

    /** A client whose streams have that window, and whose test gives all credit. */
    static Http2Client withWindow(Transport transport, TestServer server, int window) throws IOException {
        return new Http2Client(sockets(transport, server), server.path(), window, false);
    }

    /** The same, of a server that is not a {@link TestServer}. */
    static Http2Client withWindow(Sockets sockets, String path, int window) throws IOException {
        return new Http2Client(sockets, path, window, false);
    }

    private static Sockets sockets(Transport transport, TestServer server) throws IOException {
        return Sockets.open(server.port(transport.tls), transport.tls ? TestServer.trust() : null, "h2");
    }

    // ---- sending

    @Override
    public Http2Request send(String method, boolean withBody, String... headers) throws IOException {
        Http2Request request;
        synchronized (this) { // heads go out in the order of their numbers
            request = expect(nextStream);
            nextStream += 2;
            int end = withBody ? 0 : END_STREAM;
            frame(HEADERS, END_HEADERS | end, request.stream, block(method, path, headers));
        }
        if (closed.isDone()) {
            request.ended(Ending.BROKEN_OFF, closed.join());
        }
        return request;
    }

    /** A request whose head the test sends, frame by frame. */
    synchronized Http2Request expect(int stream) {
        Http2Request request = new Http2Request(stream, initialSendWindow);
        streams.put(stream, request);
        return request;
    }

    /** Sends a frame, whatever it may do to the connection. The payload is what stands before the position. */
    void frame(int type, int flags, int stream, ByteBuffer payload) throws IOException {
        byte[] bytes = new byte[payload.flip().remaining()];
        payload.get(bytes);
        frame(type, flags, stream, bytes);
    }

    /** Sends bytes that are frames already, and keeps no account of them. */
    void raw(byte[] frames) throws IOException {
        synchronized (sockets) {
            sockets.top().getOutputStream().write(frames);
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
        frame(GOAWAY, 0, 0, new byte[8]);
    }

    /** Tells, when the connection is lost, how. */
    CompletableFuture<String> closed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        sockets.kill();
    }

    // ---- receiving

    private void read() {
        try {
            receive();
        } catch (IOException | HpackException | RuntimeException e) {
            closed.complete(e.toString());
        }
        for (Http2Request request : streams.values()) {
            request.ended(Ending.BROKEN_OFF, "connection lost: " + closed.join());
        }
        wakeWriters();
    }

    private synchronized void wakeWriters() {
        notifyAll();
    }

    @Override
    protected void head(int stream, int status, Map<String, String> fields, boolean last) {
        Http2Request request = streams.get(stream);
        if (request != null) {
            request.head(status, fields);
            if (last) {
                request.ended(Ending.WHOLE, ""); // the request's body may go on
            }
        }
    }

    @Override
    protected void data(int stream, byte[] bytes, boolean last) {
        Http2Request request = streams.get(stream);
        if (request == null) {
            return;
        }
        request.arrived(bytes, 0, bytes.length);
        if (credit && bytes.length > 0) {
            answer(() -> credit(0, bytes.length));
            if (!last) {
                answer(() -> credit(stream, bytes.length));
            }
        }
        if (last) {
            request.ended(Ending.WHOLE, "");
        }
    }

    @Override
    protected void reset(int stream, int error) {
        resetCodes.add(error);
        resetsReceived.incrementAndGet();
        Http2Request request = streams.get(stream);
        if (request != null) {
            request.ended(Ending.BROKEN_OFF, "RST_STREAM " + error);
            wakeWriters();
        }
    }

    @Override
    protected void settings(Map<Integer, Integer> received) {
        synchronized (this) {
            Integer window = received.get(INITIAL_WINDOW_SIZE);
            if (window != null) {
                streams.values().forEach(request -> request.window += window - initialSendWindow);
                initialSendWindow = window;
            }
            notifyAll();
        }
        settings.complete(received);
        answer(() -> super.settings(received));
    }

    @Override
    protected void ping(byte[] payload) {
        pingsReceived.incrementAndGet();
        if (!ignoresPings) {
            answer(() -> super.ping(payload));
        }
    }

    @Override
    protected void pong(long number) {
        pongs.getOrDefault((int) number, new CompletableFuture<>()).complete(null);
    }

    @Override
    protected synchronized void windowUpdate(int stream, int count) {
        Http2Request request = streams.get(stream);
        if (stream == 0) {
            sendWindow += count;
        } else if (request != null) {
            request.window += count;
        }
        notifyAll();
    }

    @Override
    protected void goAway(int lastStream, int error) {
        goneAway.complete(lastStream);
        if (error != 0) {
            closed.complete("GOAWAY, error " + error);
        }
    }

    private interface Sending {
        void send() throws IOException;
    }

    /** Sends a frame because one has come. */
    private static void answer(Sending sending) {
        try {
            sending.send();
        } catch (IOException e) {
            // The server has closed, and reads no more; what it had sent before is still to be read.
        }
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
                        throw new IOException("No window to write in: " + this);
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
