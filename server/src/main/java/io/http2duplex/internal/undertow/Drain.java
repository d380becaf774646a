package io.http2duplex.internal.undertow;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads a request's body and drops it, so that nobody has to close its channel: Undertow closes the whole connection
 * when DATA comes for an upload whose channel was closed, and DATA that nobody reads fills the connection's window.
 *
 * <p>A body that does not get on, as {@link BodyDeadline} has it, is let go of: on HTTP/1.1 with its connection, on HTTP/2
 * with its stream, where that harms no other.
 */
final class Drain {
    private final HttpServerExchange exchange;
    private final StreamSourceChannel body;
    private final BodyDeadline watch;
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
        watch = new BodyDeadline(exchange, bodyNanos, this::expired);
    }

    /** Begins to read. Called on the exchange's I/O thread. */
    void start() {
        body.getReadSetter().set(ignored -> read());
        // Of an upload that was given up the connection is not always told; its exchange is completed then.
        exchange.addExchangeCompleteListener((completed, next) -> {
            watch.over();
            next.proceed();
        });
        read();
    }

    private void read() {
        int count;
        try (var pooled = exchange.getConnection().getByteBufferPool().allocate()) {
            while ((count = body.read(pooled.getBuffer().clear())) > 0) {
                watch.received(count);
            }
            if (count == 0) {
                watch.awaited();
            }
        } catch (IOException | RejectedExecutionException e) { // the latter: the I/O thread takes no more timers
            cut(e);
            return;
        }
        if (count == 0) {
            body.resumeReads();
        } else {
            body.suspendReads();
            watch.over();
            onEnd.run();
        }
    }

    private void expired() {
        IoUtils.safeClose(BodyDeadline.isHttp2(exchange) ? body : exchange.getConnection());
        cut(new IOException("The rest of a request was not waited for: " + watch.expectation()));
    }

    private void cut(Exception cause) {
        body.suspendReads();
        watch.over();
        onCut.accept(cause);
    }
}
