package io.http2duplex.attack;

import static io.http2duplex.wire.Frames.HELLO;
import static io.http2duplex.wire.Http2Frames.DATA;
import static io.http2duplex.wire.Http2Frames.END_HEADERS;
import static io.http2duplex.wire.Http2Frames.END_STREAM;
import static io.http2duplex.wire.Http2Frames.HEADERS;
import static io.http2duplex.wire.Http2Frames.RST_STREAM;
import static io.http2duplex.wire.Http2Frames.SETTINGS;

import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.wire.Http2Connection;
import io.http2duplex.wire.Http2Frames;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 that heeds no window and gives no credit, unless the attack does. What is answered is looked
 * at, except for downloads.
 */
final class Http2AttackerConnection extends AttackerConnection {
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int NO_ERROR = 0;
    private static final int PATIENCE_SECONDS = 2;
    /** Behind the head of HELLO, the heartbeat and the resume timeout. */
    private static final int TICKET_AT = 12;

    /** A response's head. */
    record Head(int status, @Nullable String id) {}

    private static final Head NONE = new Head(0, null);

    private final Map<Integer, CompletableFuture<Head>> heads = new ConcurrentHashMap<>();
    /** By the stream: what its download has brought. */
    private final Map<Integer, CompletableFuture<Ticket>> tickets = new ConcurrentHashMap<>();
    /** By the stream: what the server has allowed beyond the first window. */
    private final Map<Integer, Integer> credit = new ConcurrentHashMap<>();

    private final CompletableFuture<Integer> uploadWindow = new CompletableFuture<>();
    private final Runnable onReset;
    private final Frames frames;
    private int next = 1;

    /**
     * @param window what each stream of the server may send
     * @param onReset called for each stream that the server resets
     */
    Http2AttackerConnection(Target target, boolean tls, String attack, int window, LongAdder sent, Runnable onReset)
            throws IOException {
        super(target, new Kind(tls, "h2", true), attack, sent);
        this.onReset = onReset;
        frames = new Frames(socket());
        frames.begin(INITIAL_WINDOW_SIZE, window);
    }

    static byte[] setting(int identifier, int value) {
        return ByteBuffer.allocate(6).putShort((short) identifier).putInt(value).array();
    }

    void frame(int type, int flags, int stream, byte... payload) throws IOException {
        frames.frame(type, flags, stream, payload);
    }

    /** {@return a block of the fields that every request has, and of others, names and values in turn} */
    byte[] block(String method, String path, String... headers) {
        return frames.block(method, path, headers);
    }

    /** {@return the number of the next stream} */
    int nextStream() {
        next += 2;
        return next - 2;
    }

    /** {@return the stream of a request without a body} */
    int get(String path, String... headers) throws IOException {
        int stream = nextStream();
        frame(HEADERS, END_HEADERS | END_STREAM, stream, block("GET", path, headers));
        return stream;
    }

    /** {@return the stream of a request whose body is to come} */
    int post(String path, String... headers) throws IOException {
        return begin("POST", path, headers);
    }

    /** {@return the stream of a request that is a duplex} */
    int put(String path, String... headers) throws IOException {
        return begin("PUT", path, headers);
    }

    private int begin(String method, String path, String... headers) throws IOException {
        int stream = nextStream();
        frame(HEADERS, END_HEADERS, stream, block(method, path, headers));
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

    /** From now on no stream of the server may send, those neither that are open. */
    void closeWindows() throws IOException {
        frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 0));
    }

    /** {@return what may be sent of an upload at first; 0 if nobody says it within {@value #PATIENCE_SECONDS} seconds} */
    int uploadWindow() throws IOException {
        Integer window = within(uploadWindow);
        return window == null ? 0 : window;
    }

    /** {@return how much the server has allowed for a stream beyond the first window} */
    int credit(int stream) {
        return credit.getOrDefault(stream, 0);
    }

    /** Waits until it is so much, if it gets so much within {@value #PATIENCE_SECONDS} seconds. */
    void awaitCredit(int stream, int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (credit(stream) < count && !isClosed() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    void cut(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, Http2Frames.CANCEL});
    }

    /** {@return the response's head; {@link #NONE} if none comes within {@value #PATIENCE_SECONDS} seconds} */
    Head head(int stream) throws IOException {
        Head head = within(awaited(stream));
        return head == null ? NONE : head;
    }

    /** {@return the ticket that a download has begun with; null if none comes within {@value #PATIENCE_SECONDS} seconds} */
    @Nullable
    Ticket ticket(int stream) throws IOException {
        return within(tickets.computeIfAbsent(stream, ignored -> new CompletableFuture<>()));
    }

    private static <T> @Nullable T within(CompletableFuture<T> what) throws IOException {
        try {
            return what.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return null;
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
    void receive() throws IOException {
        try {
            frames.read();
        } catch (HpackException | RuntimeException e) {
            verdict().fault(attack + " was answered with what is not HTTP/2: " + e);
        } finally {
            close();
            heads.values().forEach(head -> head.complete(NONE));
        }
    }

    private final class Frames extends Http2Connection {
        Frames(Socket socket) {
            super(socket);
        }

        @Override
        protected void write(byte[] bytes) throws IOException {
            Http2AttackerConnection.this.write(bytes);
        }

        void read() throws IOException, HpackException {
            receive();
        }

        @Override
        protected void head(int stream, int status, Map<String, String> fields, boolean last) {
            verdict().answered(status, attack);
            awaited(stream).complete(new Head(status, fields.get("http2-duplex-id")));
        }

        @Override
        protected void data(int stream, byte[] bytes, boolean last) {
            if (awaited(stream).getNow(NONE).status != 200) {
                verdict().looked(new String(bytes, StandardCharsets.ISO_8859_1), attack);
            } else if (bytes.length >= TICKET_AT + 16 && bytes[0] == HELLO) {
                ByteBuffer ticket = ByteBuffer.wrap(bytes).position(TICKET_AT);
                tickets.computeIfAbsent(stream, ignored -> new CompletableFuture<>())
                        .complete(new Ticket(ticket.getLong(), ticket.getLong()));
            }
        }

        @Override
        protected void settings(Map<Integer, Integer> settings) throws IOException {
            super.settings(settings);
            uploadWindow.complete(settings.getOrDefault(INITIAL_WINDOW_SIZE, Attacker.WINDOW));
        }

        @Override
        protected void windowUpdate(int stream, int count) {
            credit.merge(stream, count, Integer::sum);
        }

        @Override
        protected void reset(int stream, int error) {
            if (error != NO_ERROR) { // which only asks for no more of an upload
                onReset.run();
            }
            awaited(stream).complete(NONE);
        }
    }
}
