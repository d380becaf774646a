package io.http2duplex.undertow;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.function.Consumer;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads a request's body and drops it, so that nobody has to close its channel: Undertow closes the whole connection
 * when DATA comes for an upload whose channel was closed, and DATA that nobody reads fills the connection's window.
 */
final class Drain {
    private final HttpServerExchange exchange;
    private final Runnable onEnd;
    private final Consumer<IOException> onCut;

    /**
     * @param onEnd run once the body has come to its end
     * @param onCut told if it does not come to its end
     */
    Drain(HttpServerExchange exchange, Runnable onEnd, Consumer<IOException> onCut) {
        this.exchange = exchange;
        this.onEnd = onEnd;
        this.onCut = onCut;
    }

    /** Begins to read. Called on the exchange's I/O thread. */
    void start(StreamSourceChannel body) {
        body.getReadSetter().set(this::read);
        read(body);
    }

    private void read(StreamSourceChannel body) {
        int count;
        try (var pooled = exchange.getConnection().getByteBufferPool().allocate()) {
            do {
                count = body.read(pooled.getBuffer().clear());
            } while (count > 0);
        } catch (IOException e) {
            body.suspendReads();
            onCut.accept(e);
            return;
        }
        if (count == 0) {
            body.resumeReads();
        } else {
            body.suspendReads();
            onEnd.run();
        }
    }
}
