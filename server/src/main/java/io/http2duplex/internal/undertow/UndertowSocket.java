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
import io.undertow.util.ImmediatePooledByteBuffer;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.CloseMessage;
import io.undertow.websockets.core.StreamSinkFrameChannel;
import io.undertow.websockets.core.StreamSourceFrameChannel;
import io.undertow.websockets.core.WebSocketCallback;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSocketFrameType;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.core.protocol.Handshake;
import io.undertow.websockets.core.protocol.version13.Hybi13Handshake;
import io.undertow.websockets.spi.AsyncWebSocketHttpServerExchange;
import io.undertow.websockets.spi.WebSocketHttpExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
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
final class UndertowSocket extends AbstractReceiveListener implements Socket {
    private enum State {
        UNATTACHED,
        CARRYING,
        CLOSING,
        CLOSED
    }

    private static final Logger LOG = Logger.getLogger(UndertowSocket.class);

    /** How long the client may take to answer a close frame, and to read what was sent before it. */
    private static final long CLOSE_NANOS = 5_000_000_000L;

    /** Without extensions: messages are not compressed. */
    private static final Handshake HANDSHAKE = new Hybi13Handshake(Set.of(HeaderNames.SUBPROTOCOL), false) {
        @Override
        public WebSocketChannel createChannel(
                WebSocketHttpExchange exchange, StreamConnection connection, ByteBufferPool buffers) {
            return new SocketChannel(exchange, getWebSocketLocation(exchange), connection, buffers);
        }
    };

    private static final ByteBufferPool INCOMING = new DefaultByteBufferPool(true, 16 * 1024, -1, 1);
    /** Each holds a message. A socket has at most one, while the transport has not taken all of it. */
    private static final ByteBufferPool OUTGOING = new DefaultByteBufferPool(true, 64 * 1024, -1, 1);

    private final WebSocketChannel channel;
    private final Endpoint endpoint;
    private final WakeUpBatcher batcher;
    private State state = State.UNATTACHED;
    /** What comes goes there until it is attached. */
    private @Nullable UnattachedSocket unattached;
    /** Null: it carries no session, or what comes does not matter any more. */
    private volatile @Nullable GuardedUpload sink;
    /** Null: it carries no session. */
    private volatile @Nullable GuardedDownload source;
    /** The message that was sent last, until the transport has taken all of it. */
    private @Nullable StreamSinkFrameChannel message;

    private Runnable cancelClose = () -> {};
    /** Whether the endpoint waits for its end. Guarded by this. */
    private boolean counted = true;

    private UndertowSocket(WebSocketChannel channel, Endpoint endpoint) {
        this.channel = channel;
        this.endpoint = endpoint;
        batcher = new WakeUpBatcher(
                task -> IoThreads.execute(channel.getIoThread(), task, stopped -> task.run()), this::settle);
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
            WebSocketChannel channel = HANDSHAKE.createChannel(facade, connection, facade.getBufferPool());
            endpoint.exchangeBegan();
            new UndertowSocket(channel, endpoint).open(opened);
        });
        HANDSHAKE.handshake(facade);
    }

    private void open(Function<Socket, UnattachedSocket> opened) {
        channel.addCloseTask(closed -> lost(null));
        channel.getReceiveSetter().set(this);
        try {
            unattached = opened.apply(this);
        } catch (RuntimeException e) {
            lost(e);
            return;
        }
        channel.resumeReceives();
    }

    // ---- the port

    @Override
    public void execute(Runnable task) {
        IoThreads.execute(channel.getIoThread(), task, this::lost);
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
        if (beginClosing()) {
            WebSockets.sendClose(close.code(), close.reason(), channel, new WebSocketCallback<Void>() {
                @Override
                public void complete(WebSocketChannel same, Void context) {
                    uncount();
                }

                @Override
                public void onError(WebSocketChannel same, Void context, Throwable cause) {
                    lost(cause);
                }
            });
        }
    }

    // ---- what comes

    @Override
    protected void onBinary(WebSocketChannel same, StreamSourceFrameChannel incoming) {
        incoming.getReadSetter().set(ignored -> read(incoming));
        read(incoming);
    }

    @Override
    protected void onText(WebSocketChannel same, StreamSourceFrameChannel incoming) {
        leave(SocketClose.NOT_BINARY);
        onBinary(same, incoming);
    }

    /** Called before Undertow answers it with one of its own; also when the connection ends without one. */
    @Override
    protected void onCloseMessage(CloseMessage close, WebSocketChannel same) {
        release(null);
        beginClosing();
    }

    @Override
    protected void onError(WebSocketChannel same, Throwable error) {
        lost(error);
    }

    private void read(StreamSourceFrameChannel incoming) {
        try (PooledByteBuffer pooled = INCOMING.allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            int count;
            while ((count = incoming.read(buffer.clear())) > 0) {
                received(buffer.flip());
            }
            if (count == 0) {
                incoming.resumeReads();
            }
            batcher.paused();
        } catch (IOException | RuntimeException e) {
            lost(e);
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
            batcher.received(count);
            if (room == Upload.DECIDED) { // the session is over, which its download tells
                batcher.settle();
                this.sink = null;
            }
        }
    }

    private void settle() {
        GuardedUpload sink = this.sink;
        if (sink != null) {
            sink.settle();
        }
    }

    // ---- what goes

    /** Sends until there is nothing more, or the transport takes no more. */
    private void pump() {
        try {
            boolean more = true;
            while (more) {
                GuardedDownload source = this.source;
                more = source == null ? answer() : step(source);
            }
        } catch (IOException | RuntimeException e) {
            lost(e);
        }
    }

    /** Before it is attached. {@return whether there may be more to do at once} */
    private boolean answer() throws IOException {
        if (state != State.UNATTACHED || isHeldUp()) {
            return false;
        }
        ByteBuffer frames = Objects.requireNonNull(unattached).takeAnswers();
        boolean any = frames.hasRemaining();
        if (any) {
            send(new ImmediatePooledByteBuffer(frames));
        }
        return any;
    }

    /** {@return whether there may be more to do at once} */
    private boolean step(GuardedDownload source) throws IOException {
        DownloadStep step = source.next();
        if (step == DownloadStep.BREAK_OFF) {
            this.source = null;
            lost(null);
            return false;
        }
        if (isHeldUp()) {
            source.blocked();
            return false;
        }
        if (step == DownloadStep.WRITE) {
            write(source);
            return true;
        }
        if (step == DownloadStep.WAIT) {
            source.flushed();
        } else {
            this.source = null;
            source.ended();
            leave(SocketClose.DONE);
        }
        return false;
    }

    /** Sends what there is, in one message as long as it fits. */
    private void write(GuardedDownload source) throws IOException {
        PooledByteBuffer pooled = OUTGOING.allocate();
        ByteBuffer buffer = pooled.getBuffer().clear();
        try {
            do {
                ByteBuffer bytes = source.bytes();
                int count = Math.min(bytes.remaining(), buffer.remaining());
                buffer.put(bytes.slice(bytes.position(), count));
                source.taken(count);
            } while (buffer.hasRemaining() && source.next() == DownloadStep.WRITE);
        } catch (RuntimeException e) {
            pooled.close();
            throw e;
        }
        buffer.flip();
        send(pooled);
    }

    /** Sends a message: in one frame, since Undertow would cut a message that is written to it into many. */
    private void send(PooledByteBuffer bytes) throws IOException {
        StreamSinkFrameChannel sent;
        try {
            sent = channel.send(WebSocketFrameType.BINARY);
            sent.send(bytes);
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
        message = sent;
        sent.shutdownWrites();
        if (isHeldUp()) {
            sent.getWriteSetter().set(done -> pump());
            sent.resumeWrites();
        }
    }

    /** {@return whether the transport has not taken all of the last message yet} */
    private boolean isHeldUp() throws IOException {
        StreamSinkFrameChannel sent = message;
        if (sent == null || sent.flush()) {
            message = null;
            return false;
        }
        return true;
    }

    // ---- the end

    /** Closes the socket of its own accord. */
    private void leave(SocketClose close) {
        release(null);
        close(close);
    }

    /** {@return whether a close frame may still be sent} */
    private boolean beginClosing() {
        if (state == State.CLOSING || state == State.CLOSED) {
            return false;
        }
        state = State.CLOSING;
        cancelClose = IoThreads.after(channel.getIoThread(), () -> IoUtils.safeClose(channel), CLOSE_NANOS);
        return true;
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
        IoUtils.safeClose(channel);
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
            batcher.settled();
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
