package io.http2duplex.internal.undertow;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * A listener that notices when an HTTP/1.1 client closes its connection while it waits for a response. Undertow reads
 * nothing between a request and the end of its response, so that only a write would show the close.
 *
 * <p>Bytes of another request are kept for Undertow to parse, as many as one of its buffers holds. A client that sends
 * more is treated as closed, since its close could not be seen behind them. When the exchange is complete, Undertow puts
 * its own listener in the place of this one.
 */
final class Http1Watch {
    private final HttpServerConnection connection;
    private final Consumer<@Nullable IOException> onClosed;

    private Http1Watch(HttpServerConnection connection, Consumer<@Nullable IOException> onClosed) {
        this.connection = connection;
        this.onClosed = onClosed;
    }

    /** Begins to watch if the exchange has an HTTP/1.1 connection to itself and no body. On its I/O thread. */
    static void over(HttpServerExchange exchange, Consumer<@Nullable IOException> onClosed) {
        if (exchange.getConnection() instanceof HttpServerConnection connection && exchange.isRequestComplete()) {
            ConduitStreamSourceChannel source = connection.getChannel().getSourceChannel();
            source.setConduit(connection.getOriginalSourceConduit()); // not that of a body, which has ended
            source.setReadListener(new Http1Watch(connection, onClosed)::read);
            source.resumeReads();
        }
    }

    private void read(ConduitStreamSourceChannel source) {
        PooledByteBuffer kept = connection.getExtraBytes();
        connection.setExtraBytes(null); // or the connection's own conduit would read them back
        PooledByteBuffer pooled = kept == null ? connection.getByteBufferPool().allocate() : kept;
        ByteBuffer bytes = pooled.getBuffer();
        if (kept != null) {
            bytes.compact();
        }
        boolean closed = false;
        IOException failure = null;
        try {
            closed = !bytes.hasRemaining() || source.read(bytes) < 0;
        } catch (IOException e) {
            closed = true;
            failure = e;
        } finally {
            if (bytes.flip().hasRemaining()) {
                connection.setExtraBytes(pooled); // which a connection that closes releases
            } else {
                pooled.close();
            }
        }
        if (closed) {
            source.suspendReads();
            onClosed.accept(failure);
        }
    }
}
