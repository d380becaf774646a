package io.http2duplex.internal.handler;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The body of a simulated response: what the host has accepted waits here for a reader, up to a window. */
public final class SimulatedResponse extends InputStream {
    private final int window;
    private final Runnable onRead;
    /** All below is guarded by this. */
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();

    private int size;
    private boolean ended;
    private @Nullable IOException broken;

    SimulatedResponse(int window, Runnable onRead) {
        this.window = window;
        this.onRead = onRead;
    }

    /** {@return how many bytes there was room for} */
    synchronized int write(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), window - size);
        put(bytes.slice(bytes.position(), Math.max(0, count)));
        return Math.max(0, count);
    }

    /** {@return how many bytes there are, or 0 if there is no room at all} */
    synchronized int writeWhole(ByteBuffer bytes) {
        if (size >= window) {
            return 0;
        }
        put(bytes);
        return bytes.remaining();
    }

    /** {@return how many bytes there are} Waits until there was room for them, or nobody reads any more. */
    synchronized int writeBlocking(ByteBuffer bytes) {
        try {
            while (size >= window && broken == null) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        put(bytes);
        return bytes.remaining();
    }

    private void put(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            waiting.add(ByteBuffer.allocate(bytes.remaining())
                    .put(bytes.duplicate())
                    .flip());
            size += bytes.remaining();
            notifyAll();
        }
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized void breakOff(IOException how) {
        broken = how;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count;
        synchronized (this) {
            ByteBuffer first = await();
            if (first == null) {
                return -1;
            }
            count = Math.min(length, first.remaining());
            first.get(target, offset, count);
            size -= count;
            if (!first.hasRemaining()) {
                waiting.remove();
            }
            notifyAll();
        }
        onRead.run();
        return count;
    }

    private synchronized @Nullable ByteBuffer await() throws IOException {
        try {
            while (broken == null && !ended && waiting.isEmpty()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException("Interrupted", e);
        }
        if (broken != null) {
            throw new IOException("The download was broken off", broken);
        }
        return waiting.peek();
    }
}
