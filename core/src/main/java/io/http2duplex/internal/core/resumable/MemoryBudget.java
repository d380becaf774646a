package io.http2duplex.internal.core.resumable;

/**
 * How much memory the windows and buffers of all sessions together may take beyond the sizes that they begin with. Safe
 * for use by many threads.
 */
public final class MemoryBudget {
    private final long bytes;
    private long reserved;

    /** @param bytes how much there is to share out; 0: nothing grows */
    public MemoryBudget(long bytes) {
        this.bytes = bytes;
    }

    /** {@return how much there is to share out} */
    public long bytes() {
        return bytes;
    }

    /** {@return whether so many bytes were left, and are the caller's now} */
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
