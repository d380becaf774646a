package io.http2duplex.internal.undertow;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * A reader of a request's body that drops it, so that its channel need not be closed: Undertow closes the whole connection
 * when DATA comes for an upload whose channel was closed, and unread DATA fills the connection's window.
 *
 * <p>A body that makes no progress ({@link BodyDeadline}) is closed: on HTTP/1.1 with its connection, on HTTP/2 with its
 * stream, where that harms no other.
 */
final class Drain {
    private final HttpServerExchange exchange;
    private final StreamSourceChannel body;
    private final BodyDeadline deadline;
    private final Runnable onEnd;
    private final Consumer<Exception> onCut;

    /**
     * @param bodyNanos how long each step of it may take, in nanoseconds
     * @param onEnd run once the body has come to its end
     * @param onCut told if it does not come to its end
     */
    Drain(
            HttpServerExchange exchange,
            long bodyNanos,
            StreamSourceChannel body,
            Runnable onEnd,
            Consumer<Exception> onCut) {
        this.exchange = exchange;
        this.body = body;
        this.onEnd = onEnd;
        this.onCut = onCut;
        deadline = new BodyDeadline(exchange, bodyNanos, this::expired);
    }

    /** Begins to read. Called on the exchange's I/O thread. */
    void start() {
        body.getReadSetter().set(ignored -> read());
        try {
            // The channel of an upload that was given up is not always told; its exchange is completed then.
            exchange.addExchangeCompleteListener((completed, next) -> {
                deadline.close();
                next.proceed();
            });
        } catch (IllegalStateException e) { // a body that was cut behind the response has completed it
            cut(e);
            return;
        }
        read();
    }

    private void read() {
        int count;
        try (var pooled = exchange.getConnection().getByteBufferPool().allocate()) {
            while ((count = body.read(pooled.getBuffer().clear())) > 0) {
                deadline.received(count);
            }
            if (count == 0) {
                deadline.awaited();
                body.resumeReads();
                return;
            }
        } catch (IOException | RejectedExecutionException e) { // the latter: the I/O thread takes no more timers
            cut(e);
            return;
        }
        body.suspendReads();
        deadline.close();
        onEnd.run();
    }

    private void expired() {
        IoUtils.safeClose(BodyDeadline.isHttp2(exchange) ? body : exchange.getConnection());
        cut(new IOException("The rest of a request's body did not come in time: " + deadline.expectation()));
    }

    private void cut(Exception cause) {
        body.suspendReads();
        deadline.close();
        onCut.accept(cause);
    }
}
