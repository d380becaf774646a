package io.http2duplex.internal.listener;

import io.http2duplex.internal.listener.OpenStreams.Stream;
import io.http2duplex.internal.undertow.BodyDeadline;
import io.http2duplex.internal.undertow.ConnectionBodies;
import io.http2duplex.internal.undertow.EntityLimit;
import io.http2duplex.internal.undertow.IoThreads;
import io.http2duplex.internal.undertow.StreamCount;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.http2.AbstractHttp2StreamSourceChannel;
import io.undertow.protocols.http2.ConnectionErrorException;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.protocols.http2.Http2HeadersStreamSinkChannel;
import io.undertow.protocols.http2.Http2SettingsStreamSourceChannel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.framed.FrameHeaderData;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * One HTTP/2 connection of a server. It adds to Undertow's HTTP/2, by the rules of {@link StreamLedger}: windows that
 * let no stream block another, limits, and connections that end cleanly.
 *
 * <p>Undertow closes the connection on DATA or trailers of a stream that it has reset, although the client may not have
 * known of the reset (RFC 9113, section 5.1). Such frames never reach Undertow. (The file is long because Undertow has
 * one class for a connection, which this one extends.)
 */
final class Http2ServerChannel extends Http2Channel {
    private static final Logger LOG = Logger.getLogger(Http2ServerChannel.class);
    /** How long a client may take to close a connection that was ended. */
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ByteBufferPool toWrite;
    private final Http2Limits limits;
    private final ListenerCounts counts;
    private final StreamLedger streams;
    private final FrameReader parsed = new FrameReader(FrameHeads.PREFACE_LENGTH, this::parsed);
    private final CoalescingSource source;
    private final FrameTapSink sink;
    private final CoalescingSink gathering;
    private final DeadPeerWatch watch;
    private final RequestWatch requests;

    /** Whether the first frame has come. */
    private boolean begun;

    // The frame that was parsed last.
    private int type;
    private int flags;
    private int stream;
    private boolean begins;
    private boolean endsWithHead;
    private int lastBegun;
    private boolean settled;
    private boolean ending;

    /** The stream of the last RST_STREAM, if it was open: Undertow parses the frame later. */
    private @Nullable Stream reset;

    /** The stream of the request that was received last, until that is watched. */
    private @Nullable Stream current;

    private Http2ServerChannel(
            StreamConnection connection,
            StreamLedger streams,
            CoalescingSource source,
            FrameTapSink sink,
            CoalescingSink gathering,
            Http2Buffers buffers,
            OptionMap options,
            ListenerLimits limits,
            ListenerCounts counts) {
        super(connection, null, buffers.toRead(), null, false, false, options);
        toWrite = buffers.toWrite();
        this.limits = limits.http2();
        this.counts = counts;
        this.sink = sink;
        this.gathering = gathering;
        this.streams = streams;
        this.source = source;
        watch = new DeadPeerWatch(this, limits.http2());
        requests = new RequestWatch(this, streams, limits.connections());
        source.show(new CoalescingSource.Books() {
            @Override
            public void heard() {
                watch.heard();
            }

            @Override
            public void frame(int type, int flags, int stream, int length) throws IOException {
                received(type, flags, stream, length);
            }

            @Override
            public void replenish(int stream, int count) {
                replenishLater(stream, count);
            }
        });
        addCloseTask(closed -> {
            source.release();
            streams.closed();
        });
        sink.show(this::sent);
        putAttachment(BodyDeadline.STREAMS_CAN_BE_RESET, true);
        putAttachment(StreamCount.KEY, streams);
        ConnectionBodies.attachTo(this);
    }

    /**
     * {@return a connection of HTTP/2 over that one}
     *
     * @param socket the sink at the socket of the connection
     * @param received the source at that socket; null if it is no TLS
     * @param data bytes already read from the connection
     */
    static Http2ServerChannel over(
            StreamConnection connection,
            CorkedSink socket,
            @Nullable SocketSource received,
            Http2Buffers buffers,
            @Nullable PooledByteBuffer data,
            OptionMap options,
            ListenerLimits limits,
            ListenerCounts counts,
            UnreadUploads.Part unread) {
        CoalescingSink gathering = new CoalescingSink(
                connection.getSinkChannel().getConduit(),
                socket,
                task -> IoThreads.execute(connection.getIoThread(), task, stopped -> task.run()),
                lost -> {
                    LOG.debugf(lost, "HTTP/2 connection with %s was lost", connection.getPeerAddress());
                    IoUtils.safeClose(connection);
                });
        FrameTapSink sink = new FrameTapSink(gathering);
        connection.getSinkChannel().setConduit(sink);
        StreamLedger streams = new StreamLedger(limits.http2(), counts, unread, System.nanoTime());
        CoalescingSource source = new CoalescingSource(
                connection.getSourceChannel().getConduit(),
                connection.getIoThread(),
                buffers.toRead(),
                streams,
                received,
                data);
        connection.getSourceChannel().setConduit(source);
        Http2ServerChannel channel =
                new Http2ServerChannel(connection, streams, source, sink, gathering, buffers, options, limits, counts);
        ChannelListener<? super ConduitStreamSourceChannel> reader =
                connection.getSourceChannel().getReadListener();
        connection.getSourceChannel().setReadListener(readable -> {
            if (source.isWorthReading()) {
                ChannelListeners.invokeChannelListener(readable, reader);
            }
        });
        channel.addCloseTask(closed -> IoThreads.execute(
                connection.getIoThread(), socket::release, stopped -> LOG.trace("Closed with the server", stopped)));
        return channel;
    }

    /** The buffers for everything except received bytes. */
    @Override
    public ByteBufferPool getBufferPool() {
        return toWrite;
    }

    /** Begins to receive. */
    void start() {
        resumeReceives();
        watch.start();
        requests.start();
    }

    /** {@return whether it reads: Undertow does not while too many of its buffers are unread} */
    boolean isReading() {
        return getUnderlyingConnection().getSourceChannel().isReadResumed();
    }

    // ---- receiving: receive() parses one frame, for a new channel or the existing one

    @Override
    public synchronized @Nullable AbstractHttp2StreamSourceChannel receive() throws IOException {
        AbstractHttp2StreamSourceChannel frame = super.receive();
        if (frame instanceof Http2SettingsStreamSourceChannel && !settled) {
            // Not before: SETTINGS must come first, and Undertow sends them when it has the client's.
            settled = true;
            replenishConnection(limits.connectionWindow() - Http2Limits.INITIAL_CONNECTION_WINDOW);
        }
        replenishConnection(streams.replenishConnection());
        if (frame instanceof Http2StreamSourceChannel request) {
            current = streams.find(request.getStreamId());
            if (!RequestCheck.isWellFormed(request.getHeaders(), endsWithHead)) {
                refuse(request);
                return null;
            }
        }
        return frame;
    }

    /**
     * Watches the body of the request that was received last, unless all of it is here. If it is longer than its handler
     * allows, Undertow would end it as if it were whole, and reset the stream. Instead reading it fails, and the handler
     * answers.
     */
    void watchBody(HttpServerExchange exchange) {
        Stream stream = current;
        current = null; // else an idle connection would hold its last request
        Http2StreamSourceChannel request = stream == null ? null : stream.request;
        if (stream == null || request == null || exchange.isRequestComplete()) {
            return;
        }
        ChannelListener<Http2StreamSourceChannel> onEnd = request.getCompletionListener();
        request.setCompletionListener(body -> {
            if (streams.isTooLong(stream)) {
                body.setIgnoreForceClose(true);
            } else {
                ChannelListeners.invokeChannelListener(body, onEnd);
            }
        });
        exchange.putAttachment(EntityLimit.TOO_LONG, () -> streams.isTooLong(stream));
    }

    /** Refuses a request for which Undertow would close the connection. */
    private void refuse(Http2StreamSourceChannel request) throws IOException {
        if (!streams.mayAnswerMalformed(request.getStreamId(), System.nanoTime())) {
            sendRstStream(request.getStreamId(), ERROR_PROTOCOL_ERROR);
            return;
        }
        Http2HeadersStreamSinkChannel response = request.getResponseChannel();
        response.getHeaders().put(STATUS, StatusCodes.BAD_REQUEST).put(Headers.CONTENT_LENGTH, 0);
        response.shutdownWrites();
        Runnable endRequest = () -> {
            if (!streams.isClosed(request.getStreamId())) {
                sendRstStream(request.getStreamId(), ERROR_NO_ERROR); // nobody reads the rest of the body
            }
        };
        if (response.flush()) {
            endRequest.run();
        } else {
            response.getWriteSetter()
                    .set(ChannelListeners.flushingChannelListener(
                            sent -> endRequest.run(), (channel, e) -> IoUtils.safeClose(this)));
            response.resumeWrites();
        }
    }

    /**
     * Parses a frame, and drops trailers: Undertow would put them among the fields of the request, which was checked and may
     * be in use. The {@link CoalescingSource} ends the body behind them.
     */
    @Override
    protected @Nullable FrameHeaderData parseFrame(ByteBuffer data) throws IOException {
        FrameHeaderData frame = parseNext(data);
        while (frame != null && isOfTrailers()) {
            frame = data.hasRemaining() ? parseNext(data) : null;
        }
        return frame;
    }

    private boolean isOfTrailers() {
        return (type == FrameHeads.HEADERS || type == FrameHeads.CONTINUATION) && !begins;
    }

    private @Nullable FrameHeaderData parseNext(ByteBuffer data) throws IOException {
        ByteBuffer before = data.duplicate();
        FrameHeaderData frame;
        try {
            frame = super.parseFrame(data);
        } catch (RuntimeException e) { // which Undertow would log as its own error
            throw new ConnectionErrorException(ERROR_PROTOCOL_ERROR, e);
        }
        parsed.read(before.limit(data.position()));
        if (frame != null) {
            parsed.skipRest(); // the bytes of DATA bypass this method
        }
        boolean inHead = isInHead();
        requests.headIsOpen(inHead);
        // Undertow would treat an incomplete head as a request.
        return inHead ? null : frame;
    }

    /** Counts a received frame, before it is parsed. */
    private void received(int itsType, int itsFlags, int itsStream, int length) throws ConnectionErrorException {
        boolean first = !begun && itsType != FrameHeads.SETTINGS; // of which Undertow would log an error
        if (first || (itsType == FrameHeads.DATA && itsStream == 0)) {
            throw new ConnectionErrorException(ERROR_PROTOCOL_ERROR);
        }
        begun = true;
        if (itsType == FrameHeads.RST_STREAM) {
            reset = streams.find(itsStream);
        }
        int error = streams.received(itsType, itsFlags, itsStream, length, System.nanoTime());
        int unread = streams.tooMuchUnread();
        if (unread != 0) { // later, not while Undertow reads
            LOG.debugf(
                    "A stream of the HTTP/2 connection with %s is reset: %s",
                    getPeerAddress(), ListenerLimit.MAX_UNREAD_UPLOADS.option());
            IoThreads.execute(
                    getIoThread(),
                    () -> {
                        if (!streams.isClosed(unread)) {
                            sendRstStream(unread, ERROR_ENHANCE_YOUR_CALM);
                        }
                    },
                    stopped -> LOG.trace("Closed with the server", stopped));
        }
        endIfDone();
        if (error != StreamLedger.NO_ERROR) {
            LOG.debugf("HTTP/2 connection with %s ends with error %d", getPeerAddress(), error);
            throw new ConnectionErrorException(error);
        }
    }

    /** {@return whether a head has begun and is not complete} */
    private boolean isInHead() {
        boolean head = type == FrameHeads.HEADERS || type == FrameHeads.CONTINUATION;
        return head && ((flags & FrameHeads.END_HEADERS) == 0 || parsed.isInFrame());
    }

    private void parsed(int newType, int newFlags, int newStream, int length) {
        type = newType;
        flags = newFlags;
        stream = newStream;
        if (type == FrameHeads.HEADERS) {
            begins = stream > lastBegun;
            endsWithHead = (flags & FrameHeads.END_STREAM) != 0;
            lastBegun = Math.max(stream, lastBegun);
        }
    }

    @Override
    protected @Nullable AbstractHttp2StreamSourceChannel createChannelImpl(
            FrameHeaderData header, PooledByteBuffer data) throws IOException {
        if (type == FrameHeads.DATA && streams.isClosed(stream)) {
            return null;
        }
        if (type == FrameHeads.GOAWAY) { // Undertow would reset all streams; they may end (RFC 9113, section 6.8)
            return null;
        }
        if (type == FrameHeads.SETTINGS && (flags & FrameHeads.ACK) == 0 && !streams.mayAcknowledge()) {
            throw new ConnectionErrorException(StreamLedger.ENHANCE_YOUR_CALM);
        }
        AbstractHttp2StreamSourceChannel channel;
        try {
            channel = super.createChannelImpl(header, data);
        } catch (NumberFormatException e) { // the content-length
            sendRstStream(stream, ERROR_PROTOCOL_ERROR);
            return null;
        } catch (RuntimeException e) {
            throw new ConnectionErrorException(ERROR_PROTOCOL_ERROR, e);
        }
        if (channel instanceof Http2StreamSourceChannel request && streams.isClosed(request.getStreamId())) {
            sendRstStream(request.getStreamId(), ERROR_REFUSED_STREAM);
            return null;
        }
        if (type == FrameHeads.RST_STREAM) {
            endResponse();
        }
        if (channel instanceof Http2StreamSourceChannel request) {
            Stream begun = streams.find(request.getStreamId());
            if (begun != null) {
                begun.request = request;
            }
            String length = request.getHeaders().getFirst(Headers.CONTENT_LENGTH);
            if (length != null) {
                streams.announced(request.getStreamId(), Long.parseLong(length)); // Undertow has parsed it, too
            }
        }
        return channel;
    }

    /**
     * Closes the response of a stream that the client has reset, so that its writer is told at once. Undertow does not
     * while a frame waits for flow control. It does later if a part of a frame is sent, whose rest must follow.
     */
    private void endResponse() {
        if (reset != null && reset.request != null && !sink.isInFrameOf(reset.id)) {
            IoUtils.safeClose(reset.request.getResponseChannel());
        }
        reset = null;
    }

    // ---- flow control of what is received

    /** Does nothing: Undertow would replenish the connection's window only when an upload is read. */
    @Override
    public void updateReceiveFlowControlWindow(int read) {
        // It is replenished when bytes come.
    }

    private void replenishConnection(int count) throws IOException {
        if (count > 0) {
            super.sendUpdateWindowSize(0, count);
        }
    }

    /** Not while Undertow reads. */
    private void replenishLater(int id, int count) {
        Runnable replenish = () -> {
            try {
                super.sendUpdateWindowSize(id, count);
            } catch (IOException e) {
                lost(e);
            }
        };
        IoThreads.execute(getIoThread(), replenish, stopped -> LOG.trace("Closed with the server", stopped));
    }

    /** {@return 0, so that Undertow reports every read at once} */
    @Override
    public int getInitialReceiveWindowSize() {
        return 0;
    }

    @Override
    public void sendUpdateWindowSize(int id, int read) throws IOException {
        int count = streams.read(id, read);
        if (count > 0) {
            super.sendUpdateWindowSize(id, count);
        }
        if (streams.hasDue()) {
            source.wake();
        }
    }

    /**
     * Sends a reset once: Undertow cancels some streams twice. After a whole answer, NO_ERROR tells the client to stop
     * sending its request (RFC 9113, section 8.1).
     */
    @Override
    public void sendRstStream(int id, int code) {
        if (code != ERROR_CANCEL || !streams.isClosed(id)) {
            super.sendRstStream(id, code == ERROR_CANCEL && streams.isAnswered(id) ? ERROR_NO_ERROR : code);
        }
    }

    // ---- closing

    private void sent(int frameType, int flags, int id, int length) {
        streams.sent(frameType, flags, id, length, System.nanoTime());
        watch.sent();
        if (frameType == FrameHeads.GOAWAY) {
            gathering.sendNow(); // Undertow closes the connection right after it
        }
        endIfDone();
    }

    /**
     * Refuses new streams, and ends when the open ones have ended. May be called on any thread.
     *
     * @return completes when GOAWAY was sent, or cannot be
     */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> told = new CompletableFuture<>();
        Runnable drain = () -> {
            try {
                sink.send(FrameHeads.goAway(streams.goAway()));
                gathering.sendNow();
                if (streams.isDone()) {
                    end();
                }
            } catch (IOException e) {
                lost(e);
            } finally {
                told.complete(null);
            }
        };
        IoThreads.execute(getIoThread(), drain, stopped -> told.complete(null));
        return told;
    }

    /**
     * Closes the connection after what counts as sent. May be called on any thread.
     *
     * @return completes when it is closed
     */
    CompletableFuture<Void> closeWhenSent() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Runnable close = () -> {
            IoUtils.safeClose(this);
            closed.complete(null);
        };
        IoThreads.execute(getIoThread(), close, stopped -> close.run());
        return closed;
    }

    /** Closes the connection at once. */
    void closeFor(ListenerLimit limit) {
        LOG.debugf("HTTP/2 connection with %s is closed: %s", getPeerAddress(), limit.option());
        counts.reached(limit);
        IoUtils.safeClose(this);
    }

    /** Ends a connection without streams: with a GOAWAY, and some time for the client to close its side. */
    void endFor(ListenerLimit limit) {
        LOG.debugf("HTTP/2 connection with %s is ended: %s", getPeerAddress(), limit.option());
        counts.reached(limit);
        var unused = drain();
        IoThreads.after(getIoThread(), () -> IoUtils.safeClose(this), END_NANOS);
    }

    /** {@return how many streams are open} */
    int openStreams() {
        return streams.open();
    }

    private void endIfDone() {
        if (streams.isDone()) { // later, not while Undertow reads or writes
            IoThreads.execute(getIoThread(), this::end, stopped -> LOG.trace("Closed with the server", stopped));
        }
    }

    /** Ends the server's side. The client can read everything, and then closes. */
    private void end() {
        if (ending) {
            return;
        }
        ending = true;
        ConduitStreamSinkChannel out = getUnderlyingConnection().getSinkChannel();
        try {
            out.shutdownWrites();
            if (!out.flush()) {
                out.setWriteListener(ChannelListeners.flushingChannelListener(null, (channel, e) -> lost(e)));
                out.resumeWrites();
            }
        } catch (IOException e) {
            lost(e);
        }
    }

    /** Called by Undertow, on any thread. */
    @Override
    public void close() throws IOException {
        if (Thread.currentThread() == getIoThread() && getUnderlyingConnection().isOpen()) {
            gathering.sendNow(); // answers that count as sent
        }
        super.close();
    }

    private void lost(IOException cause) {
        LOG.debugf(cause, "HTTP/2 connection with %s was lost", getPeerAddress());
        IoUtils.safeClose(this);
    }
}
