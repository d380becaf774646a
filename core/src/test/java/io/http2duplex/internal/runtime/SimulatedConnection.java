package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.DownloadStep;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** The download of a browser without a network: what was taken from the source waits here for a reader, up to a window. */
final class SimulatedConnection extends InputStream {
    private enum State {
        OPEN,
        ENDED,
        BROKEN
    }

    private final GuardedDownload source;
    private final Executor io;
    /** A ring: guarded by this. */
    private final byte[] window;

    private int start;
    private int size;
    private State state = State.OPEN;

    SimulatedConnection(GuardedDownload source, int window, Executor io) {
        this.source = source;
        this.window = new byte[window];
        this.io = io;
    }

    /** Has the carrier look at its source again. */
    void wake() {
        io.execute(this::pump);
    }

    /** Takes bytes that nobody is to read. */
    void skip(int count) {
        if (source.next() != DownloadStep.WRITE || source.bytes().remaining() != count) {
            throw new IllegalStateException("There are not " + count + " bytes to skip");
        }
        source.taken(count);
    }

    private void pump() {
        while (state() == State.OPEN) {
            switch (source.next()) {
                case WAIT -> {
                    source.flushed();
                    return;
                }
                case WRITE -> {
                    int count = put(source.bytes());
                    if (count == 0) {
                        source.blocked();
                        return;
                    }
                    source.taken(count);
                }
                case END -> {
                    source.ended();
                    over(State.ENDED);
                }
                case BREAK_OFF -> over(State.BROKEN);
            }
        }
    }

    private synchronized State state() {
        return state;
    }

    private synchronized void over(State last) {
        state = last;
        notifyAll();
    }

    private synchronized int put(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), window.length - size);
        for (int i = 0; i < count; i++) {
            window[(start + size++) % window.length] = bytes.get();
        }
        notifyAll();
        return count;
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
            await();
            if (state == State.BROKEN) {
                throw new IOException("The download was broken off");
            }
            if (size == 0) {
                return -1;
            }
            count = Math.min(length, size);
            for (int i = 0; i < count; i++) {
                target[offset + i] = window[start];
                start = (start + 1) % window.length;
            }
            size -= count;
        }
        wake();
        return count;
    }

    private synchronized void await() throws IOException {
        try {
            while (size == 0 && state == State.OPEN) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException("Interrupted", e);
        }
    }
}
