package io.http2duplex.internal.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.Buffers;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A sink at the socket, below TLS, that holds bytes back while it is corked. Undertow's TLS writes each record by itself;
 * so the records of one turn of the I/O thread become one system call. Used on the connection's I/O thread.
 *
 * <p>Bytes that it holds count as sent. The sink that has corked it must uncork and flush it at the end of the turn.
 */
final class CorkedSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    /** At least four records. */
    static final int SIZE = 66 * 1024;

    /** How many an I/O thread keeps, for the connections that send at once. */
    private static final int CACHED = 16;

    private static final ByteBufferPool BUFFERS = new DefaultByteBufferPool(true, SIZE, -1, CACHED);

    private boolean corked;
    /** The bytes that it holds, up to the buffer's position; null: none. */
    private @Nullable PooledByteBuffer held;

    CorkedSink(StreamSinkConduit next) {
        super(next);
    }

    /** {@return a sink between that connection and all that is put over it later} It is not corked. */
    static CorkedSink below(StreamConnection connection) {
        CorkedSink sink = new CorkedSink(connection.getSinkChannel().getConduit());
        connection.getSinkChannel().setConduit(sink);
        return sink;
    }

    /** Holds back what is written from now on, as far as there is room. */
    void cork() {
        corked = true;
    }

    /** Holds back nothing more. What it holds goes with the next flush or write. */
    void uncork() {
        corked = false;
    }

    /** Drops what it holds: the connection is closed. */
    void release() {
        if (held != null) {
            held.close();
            held = null;
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return Math.toIntExact(write(new ByteBuffer[] {source}, 0, 1));
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = Buffers.remaining(sources, offset, length);
        if ((!corked || count > room()) && !sendHeld()) {
            return 0;
        }
        if (!corked || count > SIZE) {
            return next.write(sources, offset, length);
        }
        if (held == null) {
            held = BUFFERS.allocate();
        }
        return Buffers.copy(held.getBuffer(), sources, offset, length);
    }

    private int room() {
        return held == null ? SIZE : held.getBuffer().remaining();
    }

    /** {@return whether it holds nothing any more} */
    private boolean sendHeld() throws IOException {
        if (held == null) {
            return true;
        }
        ByteBuffer buffer = held.getBuffer().flip();
        try {
            int count = 1;
            while (count > 0 && buffer.hasRemaining()) {
                count = next.write(buffer);
            }
        } catch (IOException e) {
            release();
            throw e;
        }
        if (buffer.hasRemaining()) {
            buffer.compact();
            return false;
        }
        release();
        return true;
    }

    @Override
    public boolean flush() throws IOException {
        return sendHeld() && next.flush();
    }
}
