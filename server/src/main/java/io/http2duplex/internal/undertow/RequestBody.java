package io.http2duplex.internal.undertow;

import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSourceChannel;

/**
 * A carrier of an upload: it reads the body of a request (protocol, section "Uploads").
 *
 * <p>Everything happens on the exchange's I/O thread. The body is read as far as the sink has room. When the sink has
 * decided how to answer, even in the middle of the body, the endpoint is told, and {@link Answer} then drains the rest:
 * Undertow closes the whole connection when DATA comes for an upload whose channel was closed.
 */
final class RequestBody {
    /** The size of a buffer: the largest frame of HTTP/2 that a client may send. */
    private static final int SIZE = 16 * 1024;

    /** The buffer of each I/O thread; null while it is in use, and before the first use. */
    private static final ThreadLocal<byte @Nullable []> SPARE = new ThreadLocal<>();

    private final UndertowExchange owner;
    private final HttpServerExchange exchange;
    private final Consumer<UploadOutcome> decided;
    private final WakeUpBatcher batcher;
    private final BodyDeadline deadline;
    private final ConnectionBodies others;

    /** Null once the upload has ended: Undertow may hold an exchange for a minute, which must not hold the session. */
    private volatile @Nullable GuardedUpload sink;

    private @Nullable StreamSourceChannel channel;
    /** Undertow completes an exchange whose response is out before the call that read the end returns: that is no loss. */
    private boolean reading;

    /**
     * A carrier that has not begun.
     *
     * @param streaming whether the body may take as long as its duplex lives, since it has nothing to send while its page
     *     has nothing to say; otherwise it must make progress
     */
    RequestBody(UndertowExchange owner, GuardedUpload sink, boolean streaming, Consumer<UploadOutcome> decided) {
        this.owner = owner;
        this.sink = sink;
        this.decided = decided;
        exchange = owner.undertow();
        batcher = new WakeUpBatcher(
                task -> IoThreads.execute(exchange.getIoThread(), task, stopped -> task.run()), this::settle);
        deadline = new BodyDeadline(exchange, streaming ? 0 : owner.bodyNanos(), this::expired);
        others = ConnectionBodies.of(exchange.getConnection());
    }

    /** {@return the channel of the body; null if it was not asked for yet} */
    @Nullable
    StreamSourceChannel channel() {
        return channel;
    }

    /** {@return whether the sink takes more of it} */
    boolean isCarrying() {
        return sink != null;
    }

    /** Begins to carry. Called once, on the exchange's I/O thread. */
    void start() {
        GuardedUpload sink = this.sink;
        if (sink == null || sink.outcome() != null) {
            answer();
            return;
        }
        StreamSourceChannel request = exchange.getRequestChannel();
        if (request == null) {
            sink.cut("another handler had already read its body", null);
            answer();
            return;
        }
        channel = request;
        exchange.addExchangeCompleteListener((completed, next) -> {
            try {
                if (!reading) {
                    lost();
                }
            } finally {
                next.proceed();
            }
        });
        others.add(this);
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
        GuardedUpload sink = this.sink;
        if (sink != null) {
            sink.timedOut(deadline.expectation());
            answer();
        }
    }

    private void lost() {
        GuardedUpload open = release();
        if (open != null) {
            open.cut("the connection was lost", null);
            owner.answered();
        }
    }

    /** {@return the sink, which no longer concerns this carrier; null if it did not before} */
    private @Nullable GuardedUpload release() {
        GuardedUpload open = sink;
        sink = null;
        others.remove(this);
        deadline.close();
        return open;
    }

    /** No answer will go out, and Undertow does not complete every exchange whose connection it closes. On any thread. */
    void stopped(RejectedExecutionException cause) {
        GuardedUpload sink = this.sink;
        if (sink != null) {
            sink.cut("the server was stopped", cause);
        }
        owner.answered();
    }

    /**
     * Undertow's read listener. The I/O thread of a server that stops takes no more tasks: then Undertow calls listeners
     * on another thread, even while the I/O thread is still in the middle of something.
     */
    private void readable() {
        GuardedUpload sink = this.sink;
        if (exchange.isInIoThread()) {
            read();
        } else if (sink != null) {
            sink.cut("the server was stopped", null);
            answer();
        }
    }

    /** Reads on. */
    void read() {
        GuardedUpload sink = this.sink;
        StreamSourceChannel request = channel;
        if (sink == null || request == null) {
            return;
        }
        byte[] buffer = takeSpare();
        try {
            int room = sink.room();
            while (room != Upload.DECIDED) {
                if (room == 0 && batcher.settle()) {
                    room = sink.room(); // the application may have made some at once
                    continue;
                }
                if (room == 0) {
                    deadline.paused();
                    request.suspendReads();
                    return;
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, Math.min(SIZE, room));
                int count = read(request, bytes);
                if (count == 0 && exchange.isComplete()) {
                    lost();
                    return;
                }
                if (count == 0) {
                    batcher.paused();
                    deadline.awaited();
                    request.resumeReads();
                    return;
                }
                if (count < 0) {
                    sink.completed();
                    batcher.settled();
                    break;
                }
                deadline.received(count);
                bytes.flip();
                if (count >= SIZE / 2 && sink.keepsBuffers()) {
                    Arrays.fill(buffer, count, SIZE, (byte) 0); // where bytes of others may be
                    buffer = new byte[SIZE];
                    room = sink.given(bytes);
                } else {
                    room = sink.received(bytes);
                }
                batcher.received(count);
            }
        } catch (IOException | RejectedExecutionException e) { // the latter: the I/O thread takes no more timers
            sink.cut("its body could not be read to the end", e);
        } finally {
            SPARE.set(buffer);
        }
        if (sink.outcome() != null) {
            answer();
        } else {
            request.suspendReads(); // all of the body is here; it waits for its turn
            deadline.close();
        }
    }

    private static byte[] takeSpare() {
        byte[] spare = SPARE.get();
        SPARE.set(null);
        return spare == null ? new byte[SIZE] : spare;
    }

    private int read(StreamSourceChannel request, ByteBuffer buffer) throws IOException {
        reading = true;
        try {
            return request.read(buffer);
        } finally {
            reading = false;
        }
    }

    private void settle() {
        GuardedUpload sink = this.sink;
        if (sink != null) {
            sink.settle();
        }
    }

    private void answer() {
        batcher.settle();
        GuardedUpload open = release();
        StreamSourceChannel request = channel;
        if (request != null) {
            // Undertow calls the listener of resumed reads as long as bytes wait: it would never get to the answer.
            request.suspendReads();
        }
        if (open != null) { // else the exchange has ended while the body was read
            UploadOutcome outcome = open.outcome();
            decided.accept(outcome == null ? UploadOutcome.TAKEN : outcome);
        }
    }
}
