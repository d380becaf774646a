package io.http2duplex.internal.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.Buffers;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A sink that gathers small writes until the I/O thread ends its turn, and then sends them as one. So the answer to a
 * POST and the echo that it caused become one TLS record. Until then it keeps the socket corked: all records of a turn
 * become one system call. Used on the connection's I/O thread.
 *
 * <p>Gathered bytes count as sent: {@link #flush} waits only if the transport did not take all of them.
 */
final class CoalescingSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    /** Larger writes are not gathered here: each gets its own record. */
    private static final int MOST = 1024;

    private static final int SIZE = 2 * MOST;

    /** Shared: most connections are idle, and need none. */
    private static final ByteBufferPool BUFFERS = new DefaultByteBufferPool(false, SIZE, -1, 4);

    private final CorkedSink socket;
    private final Executor turnEnd;
    private final Consumer<IOException> onLost;
    /** Gathered bytes, up to the buffer's position; null: none. */
    private @Nullable PooledByteBuffer gathered;

    private boolean scheduled;
    private boolean terminating;

    /**
     * @param socket at the end of the chain that begins with {@code next}
     * @param turnEnd runs a task on the I/O thread at the end of its turn
     * @param onLost called if gathered bytes cannot be sent
     */
    CoalescingSink(StreamSinkConduit next, CorkedSink socket, Executor turnEnd, Consumer<IOException> onLost) {
        super(next);
        this.socket = socket;
        this.turnEnd = turnEnd;
        this.onLost = onLost;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return Math.toIntExact(write(new ByteBuffer[] {source}, 0, 1));
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        socket.cork();
        long count = gatherOrPass(sources, offset, length);
        if (!scheduled) {
            scheduled = true;
            // What follows from a frame that has come or gone is a task, which is there when the first of the two runs.
            turnEnd.execute(() -> turnEnd.execute(this::sendNow));
        }
        return count;
    }

    private long gatherOrPass(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = Buffers.remaining(sources, offset, length);
        if (count > MOST) {
            return sendGathered() ? next.write(sources, offset, length) : 0;
        }
        if (gathered != null && gathered.getBuffer().remaining() < count && !sendGathered()) {
            return 0;
        }
        if (gathered == null) {
            gathered = BUFFERS.allocate();
        }
        Buffers.copy(gathered.getBuffer(), sources, offset, length);
        return count;
    }

    /** Sends the gathered bytes. On failure the connection is lost. */
    void sendNow() {
        scheduled = false;
        try {
            if (!flush()) {
                next.resumeWrites();
            }
        } catch (IOException e) {
            onLost.accept(e);
        }
    }

    /** {@return whether nothing is gathered any more} */
    private boolean sendGathered() throws IOException {
        PooledByteBuffer sent = gathered;
        if (sent == null) {
            return true;
        }
        ByteBuffer buffer = sent.getBuffer().flip();
        try {
            while (buffer.hasRemaining()) {
                if (next.write(buffer) == 0) {
                    return false;
                }
            }
        } finally {
            buffer.compact();
        }
        gathered = null;
        sent.close();
        return true;
    }

    /** {@return whether nothing is left above the socket} */
    private boolean sendAll() throws IOException {
        boolean sent = sendGathered(); // still corked: it goes with the rest
        socket.uncork();
        return sent && next.flush();
    }

    @Override
    public boolean flush() throws IOException {
        if (scheduled) {
            return true;
        }
        if (!sendAll()) {
            return false;
        }
        if (!terminating) {
            return true;
        }
        terminating = false;
        next.terminateWrites();
        return next.flush();
    }

    @Override
    public void terminateWrites() throws IOException {
        scheduled = false;
        terminating = !sendAll();
        if (!terminating) {
            next.terminateWrites();
        }
    }

    @Override
    public boolean isWriteShutdown() {
        return terminating || next.isWriteShutdown();
    }
}
