package io.http2duplex.messages;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The blocking face of messages that arrive. It holds one message and one chunk at most. */
final class MessageReader<T> implements Iterator<T> {
    /** The size of a chunk while nothing has arrived: an idle duplex holds no more. */
    private static final int SMALL = 512;

    private static final int LARGE = 16 * 1024;

    private final InputStream input;
    private final Incoming<T> incoming;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock. */
    private ByteBuffer chunk = ByteBuffer.allocate(SMALL).limit(0);
    /** Of the iteration: the next message, if it is known. */
    private @Nullable T next;

    MessageReader(InputStream input, Incoming<T> incoming) {
        this.input = input;
        this.incoming = incoming;
    }

    /** {@return the next message; null at the end} */
    @Nullable
    T receive() throws IOException {
        lock();
        try {
            T message;
            while ((message = incoming.next(chunk)) == null) {
                // A codec may have read messages itself, and left more here.
                if (!chunk.hasRemaining() && !fill()) {
                    incoming.ended();
                    return null;
                }
            }
            return message;
        } finally {
            lock.unlock();
        }
    }

    /** Waits behind another thread that reads. */
    private void lock() throws InterruptedIOException {
        if (lock.tryLock()) {
            return;
        }
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("Interrupted while waiting for a message").initCause(e);
        }
    }

    /** {@return whether there are more bytes} The chunk is as large as what has arrived, within bounds. */
    private boolean fill() throws IOException {
        int size = Math.max(SMALL, Math.min(input.available(), LARGE));
        int capacity = chunk.capacity();
        if (capacity < size || capacity / 4 > size) {
            chunk = ByteBuffer.allocate(size).limit(0); // nothing is in it, also if the read fails
        }
        int count = input.read(chunk.array(), 0, chunk.capacity());
        chunk.clear().limit(Math.max(0, count));
        return count >= 0;
    }

    void close() {
        try {
            input.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the input of a duplex does not fail to close
        }
    }

    @Override
    public boolean hasNext() {
        try {
            next = next == null ? receive() : next;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return next != null;
    }

    @Override
    public T next() {
        T message = hasNext() ? next : null;
        if (message == null) {
            throw new NoSuchElementException("The peer has ended its side: there are no more messages");
        }
        next = null;
        return message;
    }
}
