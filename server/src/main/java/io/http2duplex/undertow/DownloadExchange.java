package io.http2duplex.undertow;

import io.http2duplex.protocol.HeaderNames;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;

/**
 * Carries a download: the response body of the GET that opened the duplex ({@code PROTOCOL.md}, section "Opening").
 *
 * <p>Everything happens on the exchange's I/O thread, in {@link #pump}, which writes until there is nothing more or the
 * transport takes no more.
 *
 * <p>Undertow's flush reports success although flow control let a DATA frame out only in part: the rest then stays in
 * its buffer, with nothing to send it, until someone flushes or writes again. So a flush counts only when there was
 * nothing left to do in it, that is, after one for each frame that the buffer can take. When one reports that it waits,
 * writes are resumed, and Undertow calls once it has sent something.
 */
public final class DownloadExchange {
    private static final Logger LOG = Logger.getLogger(DownloadExchange.class);

    /** Thrown away by the client. Sent at once, since some browsers resolve a fetch only with the first byte. */
    private static final byte FIRST_BYTE = 'a';

    /** The least that a client may set as its SETTINGS_MAX_FRAME_SIZE (RFC 9113, section 6.5.2). */
    private static final int SMALLEST_MAX_FRAME = 16_384;

    private final HttpServerExchange exchange;
    private final DownloadSource source;
    /** How many DATA frames one of Undertow's buffers may take: a client may limit them to 16,384 bytes. */
    private final int framesPerBuffer;

    private final ByteBuffer first = ByteBuffer.wrap(new byte[] {FIRST_BYTE});

    private @Nullable StreamSinkChannel channel;
    private boolean shutDown;
    /** Undertow completes an exchange whose end went out before the call that flushed it returns: that is no loss. */
    private boolean flushingEnd;

    private boolean over;

    public DownloadExchange(HttpServerExchange exchange, DownloadSource source) {
        this.exchange = exchange;
        this.source = source;
        framesPerBuffer = (exchange.getConnection().getBufferSize() + SMALLEST_MAX_FRAME - 1) / SMALLEST_MAX_FRAME;
    }

    /** Sends the head of the response and begins to carry. Called once, on the exchange's I/O thread. */
    public void start(String id) {
        exchange.setStatusCode(StatusCodes.OK);
        exchange.getResponseHeaders()
                .put(new HttpString(HeaderNames.ID), id)
                .put(new HttpString("Access-Control-Expose-Headers"), HeaderNames.ID)
                .put(Headers.CONTENT_TYPE, "application/octet-stream")
                // Not no-store, with which Chromium's tools show every download that ended as a failed request.
                .put(Headers.CACHE_CONTROL, "private, no-cache, max-age=0, must-revalidate, no-transform")
                // Named so that neither Undertow's EncodingHandler nor a proxy holds bytes back in a compressor.
                .put(Headers.CONTENT_ENCODING, "identity")
                .put(new HttpString("X-Accel-Buffering"), "no")
                .put(new HttpString("X-Content-Type-Options"), "nosniff");
        StreamSinkChannel response = exchange.getResponseChannel();
        if (response == null) {
            over = true;
            source.lost(new IOException("Another handler has already begun the response"));
            return;
        }
        channel = response;
        exchange.addExchangeCompleteListener((completed, next) -> {
            try {
                if (!flushingEnd) {
                    lost(null);
                }
            } finally {
                next.proceed();
            }
        });
        response.getWriteSetter().set(ignored -> pump());
        Http1Watch.over(exchange, this::lost);
        dropBody();
        pump();
    }

    /** A GET may have a body, which means nothing (RFC 9110, section 9.3.1). */
    private void dropBody() {
        StreamSourceChannel body = exchange.isRequestComplete() ? null : exchange.getRequestChannel();
        if (body != null) {
            new Drain(exchange, () -> {}, this::lost).start(body);
        }
    }

    /** Has the carrier look at its source again. May be called on any thread. */
    public void wake() {
        IoThreads.execute(exchange.getIoThread(), this::pump, source::lost);
    }

    private void pump() {
        StreamSinkChannel response = channel;
        if (over || response == null) {
            return;
        }
        try {
            while (!over && step(response)) {
                // on to the next step
            }
        } catch (IOException e) {
            lost(e);
        }
    }

    /** {@return whether there may be more to do at once} */
    private boolean step(StreamSinkChannel response) throws IOException {
        if (first.hasRemaining()) {
            response.write(first);
            return !first.hasRemaining() || blocked(response);
        }
        return switch (source.next()) {
            case WRITE -> write(response);
            case WAIT -> flush(response);
            case END -> end(response);
            case BREAK_OFF -> reset(response);
        };
    }

    private boolean write(StreamSinkChannel response) throws IOException {
        ByteBuffer bytes = source.peek();
        if (bytes == null) {
            return true;
        }
        int count = response.write(bytes);
        if (count > 0) {
            source.taken(count);
            return true;
        }
        return blocked(response);
    }

    private boolean flush(StreamSinkChannel response) throws IOException {
        for (int frames = 0; frames <= framesPerBuffer; frames++) {
            if (!response.flush()) {
                return blocked(response);
            }
        }
        response.suspendWrites();
        source.flushed();
        return false;
    }

    private boolean end(StreamSinkChannel response) throws IOException {
        if (!flushEnd(response)) {
            return blocked(response);
        }
        over = true;
        source.ended();
        exchange.endExchange(); // nothing is left to do unless the GET had a body
        return false;
    }

    private boolean flushEnd(StreamSinkChannel response) throws IOException {
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

    private boolean reset(StreamSinkChannel response) {
        over = true;
        breakOff(response);
        return false;
    }

    private boolean blocked(StreamSinkChannel response) {
        source.blocked();
        response.resumeWrites();
        return false;
    }

    private void lost(@Nullable Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        source.lost(cause);
        breakOff(channel);
    }

    /** HTTP/2: resets the stream. HTTP/1.1: closes the connection, the only way to show that the body is not whole. */
    private void breakOff(@Nullable StreamSinkChannel response) {
        if (response == null || exchange.isComplete()) {
            return;
        }
        IoUtils.safeClose(response);
        try {
            response.flush(); // on HTTP/2 Undertow completes the exchange here, without resetting the stream again
        } catch (IOException e) {
            LOG.trace("Flushed a response that was broken off", e);
        }
        if (!exchange.isComplete()) {
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }
    }
}
