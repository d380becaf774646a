package io.http2duplex.internal.undertow;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.handler.Endpoint;
import io.http2duplex.internal.handler.Socket;
import io.http2duplex.internal.handler.SocketClose;
import io.http2duplex.internal.handler.UnattachedSocket;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Headers;
import io.undertow.websockets.core.protocol.Handshake;
import io.undertow.websockets.core.protocol.version13.Hybi13Handshake;
import io.undertow.websockets.spi.AsyncWebSocketHttpServerExchange;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * A WebSocket of Undertow, as the endpoint's port, and the carrier of the session that attaches: what comes is pushed in as
 * it comes, which the protocol's windows bound, and what there is to send goes in one message after the other.
 *
 * <pre>
 *   UNATTACHED ──attached──▶ CARRYING ──the download ends, its client closes──▶ CLOSING ──▶ CLOSED
 *   UNATTACHED ──refused, its client closes──▶ CLOSING
 *   any ──lost──▶ CLOSED
 * </pre>
 *
 * <p>Everything happens on the connection's I/O thread, except where it says otherwise.
 */
final class UndertowSocket implements Socket {
    private enum State {
        UNATTACHED,
        CARRYING,
        CLOSING,
        CLOSED
    }

    /** How the frames that the client sends have ended. */
    private enum End {
        NONE,
        /** By a close frame. */
        CLOSED,
        /** By what is no frame. */
        MALFORMED
    }

    private static final Logger LOG = Logger.getLogger(UndertowSocket.class);

    /** How long the client may take to answer a close frame, and to read what was sent before it. */
    private static final long CLOSE_NANOS = 5_000_000_000L;

    /** Without extensions: messages are not compressed. */
    private static final Handshake HANDSHAKE = new Hybi13Handshake(Set.of(HeaderNames.SUBPROTOCOL), false);

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final ByteBufferPool INCOMING = new DefaultByteBufferPool(true, 16 * 1024, -1, 2);
    /** How much is read before other connections of the I/O thread have their turn. */
    private static final int MOST_AT_ONCE = 256 * 1024;
    /** The application must not wait for longer to be woken, since there may be a thread for it. */
    private static final int MOST_UNSETTLED = 64 * 1024;

    private final StreamConnection connection;
    private final Endpoint endpoint;
    private final SocketFrameReader reader = new SocketFrameReader(new Incoming());
    private final SocketFrameWriter writer;
    private State state = State.UNATTACHED;
    /** What comes goes there until it is attached. */
    private @Nullable UnattachedSocket unattached;
    /** Null: it carries no session, or what comes does not matter any more. */
    private volatile @Nullable GuardedUpload sink;
    /** Null: it carries no session. */
    private volatile @Nullable GuardedDownload source;
    /** How many bytes have come since the application was woken. */
    private int unsettled;
    /** The last ping that was not answered. */
    private @Nullable ByteBuffer ping;
    /** The close frame that must be sent. */
    private @Nullable SocketClose closeFrame;
    /** The writer has the close frame, or had it. */
    private boolean closeIsSent;

    private End end = End.NONE;

    private Runnable cancelClose = () -> {};
    /** Whether the endpoint waits for its end. Guarded by this. */
    private boolean counted = true;

    private UndertowSocket(StreamConnection connection, Endpoint endpoint) {
        this.connection = connection;
        this.endpoint = endpoint;
        writer = new SocketFrameWriter(connection.getSinkChannel());
    }

    /** {@return whether the request asks for a WebSocket of dialect 2, and its connection can be one} */
    static boolean isAskedFor(HttpServerExchange exchange) {
        return exchange.isHttp11()
                && exchange.getConnection() instanceof HttpServerConnection // not HTTP/2
                && tokens(exchange.getRequestHeaders().get(Headers.UPGRADE)).anyMatch("websocket"::equalsIgnoreCase)
                && tokens(exchange.getRequestHeaders().get(Headers.CONNECTION)).anyMatch("upgrade"::equalsIgnoreCase)
                && tokens(exchange.getRequestHeaders().get(Headers.SEC_WEB_SOCKET_PROTOCOL))
                        .anyMatch(HeaderNames.SUBPROTOCOL::equals)
                && HANDSHAKE.matches(facade(exchange));
    }

    private static Stream<String> tokens(@Nullable List<String> values) {
        return values == null
                ? Stream.empty()
                : values.stream().flatMap(value -> Stream.of(value.split(","))).map(String::strip);
    }

    private static AsyncWebSocketHttpServerExchange facade(HttpServerExchange exchange) {
        return new AsyncWebSocketHttpServerExchange(exchange, new HashSet<>(1));
    }

    /** Answers with 101. */
    static void upgrade(HttpServerExchange exchange, Endpoint endpoint, Function<Socket, UnattachedSocket> opened) {
        // Undertow looks for it in the first of several fields alone.
        exchange.getRequestHeaders().put(Headers.SEC_WEB_SOCKET_PROTOCOL, HeaderNames.SUBPROTOCOL);
        AsyncWebSocketHttpServerExchange facade = facade(exchange);
        exchange.upgradeChannel((connection, same) -> {
            endpoint.exchangeBegan();
            new UndertowSocket(connection, endpoint).open(opened);
        });
        HANDSHAKE.handshake(facade);
    }

    private void open(Function<Socket, UnattachedSocket> opened) {
        ConduitStreamSourceChannel incoming = connection.getSourceChannel();
        incoming.setCloseListener(closed -> lost(null));
        incoming.setReadListener(this::read);
        connection.getSinkChannel().setWriteListener(same -> pump());
        try {
            unattached = opened.apply(this);
        } catch (RuntimeException e) {
            lost(e);
            return;
        }
        incoming.resumeReads();
    }

    // ---- the port

    @Override
    public void execute(Runnable task) {
        IoThreads.execute(connection.getIoThread(), task, this::lost);
    }

    @Override
    public Runnable waker() {
        return () -> execute(this::pump);
    }

    @Override
    public void carry(GuardedUpload sink, GuardedDownload source) {
        unattached = null;
        this.sink = sink;
        this.source = source;
        if (state == State.UNATTACHED) {
            state = State.CARRYING;
            pump();
        } else {
            release(null);
        }
    }

    @Override
    public void close(SocketClose close) {
        beginClosing(close);
        pump();
    }

    // ---- what comes

    private void read(ConduitStreamSourceChannel incoming) {
        try (PooledByteBuffer pooled = INCOMING.allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            int total = 0;
            int count = 0;
            while (state != State.CLOSED && (count = incoming.read(buffer.clear())) > 0) {
                if (end != End.MALFORMED) {
                    reader.read(buffer.flip());
                }
                total += count;
                if (total >= MOST_AT_ONCE) {
                    incoming.wakeupReads();
                    break;
                }
            }
            settle();
            if (count < 0) {
                lost(null);
            }
        } catch (ProtocolException e) {
            LOG.tracef(e, "A WebSocket's client breaks the rules");
            end = End.MALFORMED;
            settle();
            leave(SocketClose.PROTOCOL_ERROR);
        } catch (IOException | RuntimeException e) {
            lost(e);
        }
    }

    /** The receiver of what the frames carry. */
    private final class Incoming implements SocketFrameReader.Listener {
        @Override
        public void message(ByteBuffer bytes) {
            received(bytes);
        }

        @Override
        public void text() {
            leave(SocketClose.NOT_BINARY);
        }

        @Override
        public void ping(ByteBuffer payload) {
            if (state != State.CLOSING) {
                ping = payload;
                pump();
            }
        }

        @Override
        public void close(int code) {
            end = End.CLOSED;
            settle();
            leave(new SocketClose(code, ""));
        }
    }

    private void received(ByteBuffer bytes) {
        if (state == State.UNATTACHED) {
            Objects.requireNonNull(unattached).received(bytes);
            pump();
        }
        GuardedUpload sink = this.sink;
        int count = bytes.remaining();
        if (sink != null && count > 0) {
            int room = sink.received(bytes);
            unsettled += count;
            if (room == Upload.DECIDED) { // the session is over, which its download tells
                settle();
                this.sink = null;
            } else if (unsettled >= MOST_UNSETTLED) {
                settle();
            }
        }
    }

    /** Wakes the application for all that has come. */
    private void settle() {
        GuardedUpload sink = this.sink;
        if (sink != null && unsettled > 0) {
            sink.settle();
        }
        unsettled = 0;
    }

    // ---- what goes

    /** Sends until there is nothing more, or the transport takes no more. */
    private void pump() {
        try {
            boolean more = true;
            while (more && state != State.CLOSED) {
                more = sendNext();
            }
        } catch (IOException | RuntimeException e) {
            lost(e);
        }
    }

    /** {@return whether there may be more to do at once} */
    private boolean sendNext() throws IOException {
        GuardedDownload source = this.source;
        DownloadStep step = source == null ? DownloadStep.WAIT : source.next();
        if (step == DownloadStep.BREAK_OFF) {
            this.source = null;
            lost(null);
            return false;
        }
        if (writer.isHeldUp()) {
            blocked();
            return false;
        }
        if (sendOwn()) {
            return true;
        }
        if (source != null && step == DownloadStep.WRITE) {
            writer.message(source);
            return true;
        }
        if (source != null && step == DownloadStep.END) {
            this.source = null;
            source.ended();
            leave(SocketClose.DONE);
            return true;
        }
        if (!writer.isFlushed()) {
            blocked();
            return false;
        }
        if (source != null) {
            source.flushed();
        }
        return closeIsSent && closeHasGone();
    }

    /** {@return whether there was something to send that is not the session's} */
    private boolean sendOwn() {
        UnattachedSocket waiting = unattached;
        ByteBuffer answers = waiting == null ? NOTHING : waiting.takeAnswers();
        SocketClose close = closeFrame;
        ByteBuffer payload = ping;
        if (answers.hasRemaining()) {
            writer.message(SocketFrameReader.BINARY, answers);
        } else if (payload != null) {
            ping = null;
            writer.message(SocketFrameReader.PONG, payload);
        } else if (close != null) {
            closeFrame = null;
            closeIsSent = true;
            writer.message(SocketFrameReader.CLOSE, payloadOf(close));
        } else {
            return false;
        }
        return true;
    }

    private static ByteBuffer payloadOf(SocketClose close) {
        byte[] reason = close.reason().getBytes(StandardCharsets.UTF_8);
        return close.code() == SocketFrameReader.NO_CODE
                ? NOTHING
                : ByteBuffer.allocate(Short.BYTES + reason.length)
                        .putShort((short) close.code())
                        .put(reason)
                        .flip();
    }

    /** The transport takes nothing more for now: {@link #pump} is called when it does. */
    private void blocked() {
        GuardedDownload source = this.source;
        if (source != null) {
            source.blocked();
        }
        writer.await();
    }

    // ---- the end

    /** Closes the socket of its own accord, or in answer to its client. */
    private void leave(SocketClose close) {
        release(null);
        close(close);
    }

    /** The close frame has gone. {@return whether there may be more to do at once} */
    private boolean closeHasGone() throws IOException {
        uncount();
        if (end == End.CLOSED) {
            lost(null);
        } else if (end == End.MALFORMED) {
            // What still comes is dropped: to close the connection now would take from the client what it has not read.
            closeIsSent = false;
            writer.end();
            return true;
        }
        return false;
    }

    /** Moves to CLOSING, if that has not been done. */
    private void beginClosing(SocketClose close) {
        if (state != State.CLOSING && state != State.CLOSED) {
            state = State.CLOSING;
            closeFrame = close;
            ping = null;
            cancelClose = IoThreads.after(connection.getIoThread(), () -> lost(null), CLOSE_NANOS);
        }
    }

    /** Its connection is lost, or must be. May be called on any thread if the server has stopped. */
    private void lost(@Nullable Throwable cause) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        LOG.tracef(cause, "A WebSocket is closed");
        cancelClose.run();
        release(cause);
        uncount();
        writer.free();
        IoUtils.safeClose(connection);
    }

    /** What it carried goes on by other means. */
    private void release(@Nullable Throwable cause) {
        UnattachedSocket waiting = unattached;
        GuardedUpload upload = sink;
        GuardedDownload download = source;
        unattached = null;
        sink = null;
        source = null;
        if (waiting != null) {
            waiting.ended();
        }
        if (upload != null) {
            unsettled = 0;
            upload.cut("the socket was closed", cause);
        }
        if (download != null) {
            download.lost(cause);
        }
    }

    private void uncount() {
        synchronized (this) {
            if (!counted) {
                return;
            }
            counted = false;
        }
        endpoint.exchangeAnswered();
    }
}
