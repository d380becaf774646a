package io.http2duplex.internal.core.resumable;

/**
 * A budget of memory: what the windows and buffers of all sessions together may take beyond their first sizes. Safe for
 * use by many threads.
 */
public final class MemoryBudget {
    private final long bytes;
    private long reserved;

    /** @param bytes its size; 0: nothing grows */
    public MemoryBudget(long bytes) {
        this.bytes = bytes;
    }

    /** {@return its size} */
    public long bytes() {
        return bytes;
    }

    /** {@return whether so many bytes were left, and are reserved now} */
    public synchronized boolean reserve(long count) {
        if (count > bytes - reserved) {
            return false;
        }
        reserved += count;
        return true;
    }

    /** Gives back bytes that were reserved. */
    public synchronized void release(long count) {
        if (count > reserved) {
            throw new IllegalStateException(count + " bytes were given back, but only " + reserved + " were reserved");
        }
        reserved -= count;
    }

    /** {@return how many bytes are reserved} */
    public synchronized long reserved() {
        return reserved;
    }
}
