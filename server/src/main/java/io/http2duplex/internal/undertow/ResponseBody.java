package io.http2duplex.internal.undertow;

import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;

/**
 * A carrier of a download: it writes the body of a response.
 *
 * <p>Everything but the loss of the connection happens on the exchange's I/O thread, in {@link #pump}, which writes until
 * there is nothing more or the transport takes no more.
 *
 * <p>Undertow's flush reports success although flow control let a DATA frame out only in part: the rest then stays in
 * its buffer, with nothing to send it, until the next flush or write. So a flush counts only when there was nothing left
 * to do in it, that is, after one for each frame that the buffer can take. When one reports that it waits,
 * writes are resumed, and Undertow calls once it has sent something. It reports success on a closed channel too.
 */
final class ResponseBody implements ExchangeCompletionListener, ChannelListener<StreamSinkChannel> {
    private static final Logger LOG = Logger.getLogger(ResponseBody.class);

    /** The least that a client may set as its SETTINGS_MAX_FRAME_SIZE (RFC 9113, section 6.5.2). */
    private static final int SMALLEST_MAX_FRAME = 16_384;

    private final UndertowExchange owner;
    private final StreamSinkChannel response;
    /** Null once the download has ended: Undertow may hold an exchange for a minute, which must not hold the session. */
    private volatile @Nullable GuardedDownload source;
    /** Whether the body goes on for as long as the duplex: then a close of the connection must be noticed. */
    private final boolean endless;
    /** How many DATA frames one of Undertow's buffers may take: a client may limit them to 16,384 bytes. */
    private final int framesPerBuffer;

    private boolean shutDown;
    /** Whether the whole response has gone out. */
    private boolean ended;
    /** Undertow completes an exchange whose end went out before the call that flushed it returns: that is no loss. */
    private boolean flushingEnd;

    ResponseBody(UndertowExchange owner, StreamSinkChannel response, GuardedDownload source, boolean endless) {
        this.owner = owner;
        this.response = response;
        this.source = source;
        this.endless = endless;
        framesPerBuffer = (exchange().getConnection().getBufferSize() + SMALLEST_MAX_FRAME - 1) / SMALLEST_MAX_FRAME;
    }

    private HttpServerExchange exchange() {
        return owner.undertow();
    }

    /** Begins to carry. Called once, on the exchange's I/O thread. */
    void start() {
        try {
            exchange().addExchangeCompleteListener(this);
        } catch (IllegalStateException e) { // reading the request has ended it: what has come is no body, or was cut
            gone(e);
            return;
        }
        response.getWriteSetter().set(this);
        if (endless) {
            Http1Watch.over(exchange(), this::lost);
        }
        if (!owner.isRequestWanted()) {
            dropBody();
        }
        pump();
    }

    /** Nothing more comes of the request, or nobody wants it. */
    void requestEnded() {
        if (ended) {
            owner.responseEnded();
        } else {
            Http1Watch.over(exchange(), this::lost);
        }
    }

    /** Undertow calls it when the exchange is complete. */
    @Override
    public void exchangeEvent(HttpServerExchange completed, NextListener next) {
        try {
            if (!flushingEnd) {
                lost(null);
            }
        } finally {
            next.proceed();
        }
    }

    /** A GET may have a body, which means nothing (RFC 9110, section 9.3.1). */
    private void dropBody() {
        StreamSourceChannel body =
                exchange().isRequestComplete() ? null : exchange().getRequestChannel();
        if (body != null) {
            new Drain(exchange(), owner.bodyNanos(), body, () -> {}, this::lost).start();
        }
    }

    /**
     * Undertow's write listener. The I/O thread of a server that stops takes no more tasks: then Undertow calls listeners
     * on another thread, even while the I/O thread is still in the middle of closing their channel, and not once again.
     */
    @Override
    public void handleEvent(StreamSinkChannel writable) {
        if (exchange().isInIoThread()) {
            pump();
        } else {
            gone(new IOException("The server was stopped"));
            breakOff();
        }
    }

    /** Looks at the source again. */
    void pump() {
        try {
            GuardedDownload source = this.source;
            while (source != null && step(source)) {
                source = this.source;
            }
        } catch (IOException | RejectedExecutionException e) { // the latter: the I/O thread takes no more timers
            lost(e);
        }
    }

    /** {@return whether there may be more to do at once} */
    private boolean step(GuardedDownload source) throws IOException {
        return switch (source.next()) {
            case WRITE -> write(source);
            case WAIT -> flush(source);
            case END -> end(source);
            case BREAK_OFF -> reset();
        };
    }

    private boolean write(GuardedDownload source) throws IOException {
        int count = response.write(source.bytes());
        if (count > 0) {
            source.taken(count);
            return true;
        }
        return blocked(source);
    }

    private boolean flush(GuardedDownload source) throws IOException {
        for (int frames = 0; frames <= framesPerBuffer; frames++) {
            if (!response.flush()) {
                return blocked(source);
            }
        }
        response.suspendWrites();
        if (!response.isOpen()) {
            throw new ClosedChannelException();
        }
        source.flushed();
        forgetHead();
        return false;
    }

    /**
     * The head has gone out. Undertow keeps its fields until the exchange is complete, a tenth of what an idle duplex
     * takes. The id stays, for an access log.
     */
    private void forgetHead() {
        HeaderMap head = exchange().getResponseHeaders();
        if (endless && head.size() > 1) {
            String id = head.getFirst(HeaderNames.ID);
            head.clear();
            head.put(UndertowExchange.name(HeaderNames.ID), id);
        }
    }

    private boolean end(GuardedDownload source) throws IOException {
        if (!flushEnd()) {
            return blocked(source);
        }
        this.source = null;
        ended = true;
        source.ended();
        owner.responseEnded();
        return false;
    }

    private boolean flushEnd() throws IOException {
        flushingEnd = true;
        try {
            if (!shutDown) {
                shutDown = true;
                response.shutdownWrites();
            }
            return response.flush();
        } finally {
            flushingEnd = false;
        }
    }

    private boolean reset() {
        source = null;
        breakOff();
        return false;
    }

    private boolean blocked(GuardedDownload source) {
        source.blocked();
        response.resumeWrites();
        return false;
    }

    private void lost(@Nullable Throwable cause) {
        if (gone(cause)) {
            breakOff();
        }
    }

    /** The source ends here. {@return whether that was news} */
    boolean gone(@Nullable Throwable cause) {
        GuardedDownload lost = source;
        source = null;
        if (lost != null) {
            lost.lost(cause);
        }
        return lost != null;
    }

    /** HTTP/2: resets the stream. HTTP/1.1: closes the connection, the only way to show that the body is not whole. */
    private void breakOff() {
        if (exchange().isComplete()) {
            return;
        }
        IoUtils.safeClose(response);
        try {
            response.flush(); // on HTTP/2 Undertow completes the exchange here, without resetting the stream again
        } catch (IOException e) {
            LOG.trace("Flushed a response that was broken off", e);
        }
        if (!exchange().isComplete()) {
            IoUtils.safeClose(exchange().getConnection());
            exchange().endExchange();
        }
    }
}
