package io.http2duplex.undertow;

import io.http2duplex.protocol.UploadOutcome;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSourceChannel;

/**
 * Carries an upload: the body of a POST ({@code docs/protocol.md}, section "Uploads").
 *
 * <p>Everything happens on the exchange's I/O thread. The body is read as far as the sink has room, and answered when
 * the sink has decided how, even in the middle of the body: {@link Answer} then drains the rest, because Undertow closes
 * the whole connection when DATA comes for an upload whose channel was closed.
 */
public final class UploadExchange {
    /** Each takes the largest frame of HTTP/2 that a client may send. The connection's are smaller: see Http2Buffers. */
    private static final ByteBufferPool BUFFERS = new DefaultByteBufferPool(true, 16 * 1024, -1, 1);

    private final HandledExchange handled;
    private final HttpServerExchange exchange;
    private final UploadTurn turn;

    /** Null before the start, and once it is over: Undertow may hold an exchange for a minute, but not the session. */
    private @Nullable UploadSink sink;

    private @Nullable StreamSourceChannel channel;
    private @Nullable OpenUploads uploads;
    /** Null for a streaming upload, which has nothing to send while its page has nothing to say. */
    private @Nullable BodyWatch watch;

    public UploadExchange(HandledExchange handled) {
        this.handled = handled;
        exchange = handled.undertow();
        turn = new UploadTurn(
                task -> IoThreads.execute(exchange.getIoThread(), task, stopped -> task.run()), this::settle);
    }

    /**
     * Begins to carry. Called once, on the exchange's I/O thread.
     *
     * @param streaming whether the body may take as long as its duplex lives; otherwise it has to get on
     */
    public void start(UploadSink sink, boolean streaming) {
        this.sink = sink;
        if (sink.outcome() != null) {
            answer(sink);
            return;
        }
        StreamSourceChannel request = exchange.getRequestChannel();
        if (request == null) {
            sink.cut("another handler had already read its body", null);
            answer(sink);
            return;
        }
        channel = request;
        watch = streaming ? null : new BodyWatch(handled, this::expired);
        exchange.addExchangeCompleteListener((completed, next) -> {
            try {
                lost();
            } finally {
                next.proceed();
            }
        });
        uploads = OpenUploads.of(exchange.getConnection());
        uploads.add(this);
        request.getReadSetter().set(ignored -> readable());
        read();
        if (!exchange.getConnection().isOpen()) {
            lost();
        }
    }

    /** Nothing more will come. May be called on any thread. */
    void connectionClosed() {
        IoThreads.execute(exchange.getIoThread(), this::lost, this::stopped);
    }

    private void expired() {
        if (sink != null && watch != null) {
            sink.late(watch.expectation());
            answer(sink);
        }
    }

    private void lost() {
        UploadSink open = letGo();
        if (open != null) {
            open.cut("the connection was lost", null);
            handled.answered();
        }
    }

    /** {@return the sink that is no longer of any concern; null if it was not before} */
    private @Nullable UploadSink letGo() {
        UploadSink open = sink;
        sink = null;
        if (uploads != null) {
            uploads.remove(this);
        }
        if (watch != null) {
            watch.over();
        }
        return open;
    }

    /** Has the carrier look at its sink again. May be called on any thread. */
    public void wake() {
        IoThreads.execute(exchange.getIoThread(), this::read, this::stopped);
    }

    /** Nobody will answer any more, and Undertow does not complete every exchange whose connection it closes. */
    private void stopped(RejectedExecutionException cause) {
        UploadSink sink = this.sink;
        if (sink != null) {
            sink.cut("the server was stopped", cause);
        }
        handled.answered();
    }

    /**
     * Undertow's read listener. The I/O thread of a server that stops takes no more tasks: then Undertow calls listeners
     * on another thread, even while the I/O thread is still in the middle of something.
     */
    private void readable() {
        UploadSink sink = this.sink;
        if (exchange.isInIoThread()) {
            read();
        } else if (sink != null) {
            sink.cut("the server was stopped", null);
            answer(sink);
        }
    }

    private void read() {
        UploadSink sink = this.sink;
        StreamSourceChannel request = channel;
        BodyWatch watch = this.watch;
        if (sink == null || request == null) {
            return;
        }
        try (var pooled = BUFFERS.allocate()) {
            while (sink.outcome() == null) {
                int room = sink.room();
                if (room == 0 && turn.settle()) {
                    continue; // the application may have made some at once
                }
                if (room == 0) {
                    if (watch != null) {
                        watch.paused();
                    }
                    request.suspendReads();
                    return;
                }
                ByteBuffer buffer = pooled.getBuffer().clear();
                buffer.limit(Math.min(buffer.capacity(), room));
                int count = request.read(buffer);
                if (count == 0) {
                    turn.paused();
                    if (watch != null) {
                        watch.awaited();
                    }
                    request.resumeReads();
                    return;
                }
                if (count < 0) {
                    sink.completed();
                    turn.settled();
                    break;
                }
                if (watch != null) {
                    watch.received(count);
                }
                sink.received(buffer.flip());
                turn.received(count);
            }
        } catch (IOException | RejectedExecutionException e) { // the latter: the I/O thread takes no more timers
            sink.cut("its body could not be read to the end", e);
        }
        if (sink.outcome() != null) {
            answer(sink);
        } else {
            request.suspendReads(); // all of the body is here; it waits for its turn
            if (watch != null) {
                watch.over();
            }
        }
    }

    private void settle() {
        if (sink != null) {
            sink.settle();
        }
    }

    private void answer(UploadSink sink) {
        turn.settle();
        letGo();
        StreamSourceChannel request = channel;
        if (request != null) {
            // Undertow calls the listener of resumed reads as long as bytes wait: it would never get to the answer.
            request.suspendReads();
        }
        UploadOutcome outcome = sink.outcome();
        new Answer(handled, request).send(outcome == null ? UploadOutcome.OK : outcome);
    }
}
