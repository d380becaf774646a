package io.http2duplex.internal.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.Buffers;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Gathers what is written in small pieces until the I/O thread has done all that it woke up for, and then sends it as
 * one: the answer to a POST and the echo that it brought about become one TLS record, and one call of the system.
 * Used on the connection's I/O thread.
 *
 * <p>What is gathered counts as sent: {@link #flush} has nothing to wait for, unless the transport took less than all.
 */
final class CoalescingSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    /** Writes of more bytes are not gathered: they are worth a record of their own. */
    private static final int MOST = 1024;

    private static final int SIZE = 2 * MOST;

    private final Executor turnEnd;
    private final Consumer<IOException> onLost;
    /** To be read from its beginning to its position; null: nothing was ever gathered. */
    private @Nullable ByteBuffer gathered;

    private boolean scheduled;
    private boolean terminating;

    /**
     * @param turnEnd runs a task on the I/O thread, when that has done all that it woke up for
     * @param onLost told if the transport takes no more, by which time nobody waits for what was gathered
     */
    CoalescingSink(StreamSinkConduit next, Executor turnEnd, Consumer<IOException> onLost) {
        super(next);
        this.turnEnd = turnEnd;
        this.onLost = onLost;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return Math.toIntExact(write(new ByteBuffer[] {source}, 0, 1));
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = Buffers.remaining(sources, offset, length);
        if (count > MOST) {
            return sendGathered() ? next.write(sources, offset, length) : 0;
        }
        if (gathered == null) {
            gathered = ByteBuffer.allocate(SIZE);
        }
        if (gathered.remaining() < count && !sendGathered()) {
            return 0;
        }
        Buffers.copy(gathered, sources, offset, length);
        if (!scheduled) {
            scheduled = true;
            turnEnd.execute(this::sendNow);
        }
        return count;
    }

    /** Sends what was gathered, or the connection is lost. */
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
        ByteBuffer buffer = gathered;
        if (buffer == null || buffer.position() == 0) {
            return true;
        }
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                if (next.write(buffer) == 0) {
                    return false;
                }
            }
        } finally {
            buffer.compact();
        }
        return true;
    }

    @Override
    public boolean flush() throws IOException {
        if (scheduled) {
            return true;
        }
        if (!sendGathered()) {
            return false;
        }
        if (terminating) {
            terminating = false;
            next.terminateWrites();
        }
        return next.flush();
    }

    @Override
    public void terminateWrites() throws IOException {
        scheduled = false;
        terminating = !sendGathered();
        if (!terminating) {
            next.terminateWrites();
        }
    }

    @Override
    public boolean isWriteShutdown() {
        return terminating || next.isWriteShutdown();
    }
}
