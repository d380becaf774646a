package io.http2duplex.benchmark.servers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/** A response's body, written on its I/O thread. */
final class Downloaded {
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(65_536).asReadOnlyBuffer();

    private final StreamSinkChannel channel;
    /** What could not be written yet. */
    private final Deque<ByteBuffer> waiting = new ArrayDeque<>();

    private long zeros;
    private boolean ending;

    Downloaded(StreamSinkChannel channel) {
        this.channel = channel;
        channel.getWriteSetter().set(sink -> go());
    }

    /** Writes bytes, and keeps a copy of those that it can't write now. */
    void write(ByteBuffer bytes) {
        try {
            if (waiting.isEmpty()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            IoUtils.safeClose(channel); // the page is gone
            return;
        }
        if (bytes.hasRemaining()) {
            waiting.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
        }
        go();
    }

    /** Writes so many zeros, and ends the body. */
    void writeZeros(long count) {
        zeros = count;
        ending = true;
        go();
    }

    private void go() {
        try {
            if (writeWaiting() && writeRest() && channel.flush()) {
                channel.suspendWrites();
            } else {
                channel.resumeWrites();
            }
        } catch (IOException e) {
            IoUtils.safeClose(channel); // the page is gone
        }
    }

    private boolean writeWaiting() throws IOException {
        ByteBuffer next;
        while ((next = waiting.peek()) != null) {
            if (channel.write(next) == 0) {
                return false;
            }
            if (!next.hasRemaining()) {
                waiting.remove();
            }
        }
        return true;
    }

    private boolean writeRest() throws IOException {
        while (zeros > 0) {
            int count = channel.write(ZEROS.duplicate().limit((int) Math.min(zeros, ZEROS.capacity())));
            if (count == 0) {
                return false;
            }
            zeros -= count;
        }
        if (ending) {
            channel.shutdownWrites();
        }
        return true;
    }
}
