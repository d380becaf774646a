package io.http2duplex.internal.core.plain;

import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.WindowSize;

/**
 * The bound of a buffer between the application and a carrier. Each bufferful wakes a thread or two. So it grows when as
 * many bytes as it holds pass within {@value #FAST_MILLIS} ms: wakes would cost more than the bytes. An application or
 * a line that is slower never gets a larger one.
 */
final class BufferSize {
    /** It grows no further: then bytes cost more than wakes. */
    static final int LARGEST = 256 * 1024;

    static final int FAST_MILLIS = 20;

    private final WindowSize size;
    /** When the bytes that are measured began to pass. */
    private long since;

    private long passed;
    /** Whether a bufferful was fast since the last {@link #shrinkIfUnused}. */
    private boolean isUsed;

    /**
     * A size.
     *
     * @param first the one to begin with, in bytes
     * @param max the option that bounds it further; if that is less than {@code first}, it does not grow
     * @param budget the share that what goes beyond {@code first} is reserved from
     */
    BufferSize(int first, int max, MemoryShare budget) {
        size = new WindowSize(first, Math.min(max, LARGEST), budget);
    }

    int bytes() {
        return size.bytes();
    }

    boolean hasGrown() {
        return size.hasGrown();
    }

    /** So many bytes have passed. {@return whether it has grown} */
    boolean passed(int count, long now) {
        if (passed == 0) {
            since = now;
        }
        passed += count;
        if (passed < size.bytes()) {
            return false;
        }
        passed = 0;
        boolean fast = now - since < FAST_MILLIS * 1_000_000L;
        isUsed |= fast;
        return fast && size.grow();
    }

    /** Shrinks, if it was not needed since the last call and no more bytes are held than it has at first. */
    void shrinkIfUnused(long held) {
        if (!isUsed && held <= size.first()) {
            release();
        }
        isUsed = false;
    }

    /** Its memory is not needed any more. */
    void release() {
        size.release();
    }
}
