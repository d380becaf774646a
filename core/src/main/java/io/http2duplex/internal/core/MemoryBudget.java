package io.http2duplex.internal.core;

import java.util.HashMap;
import java.util.Map;

/**
 * A budget of memory: what the windows and buffers of all sessions together may take beyond their first sizes. An owner
 * of sessions, such as an account or an address, can be held to a share of it. Safe for use by many threads.
 */
public final class MemoryBudget implements MemoryShare {
    private final long bytes;
    private final long bytesPerOwner;
    private long reserved;
    /** What is reserved for owners; who has nothing reserved is not in it. */
    private final Map<Object, Long> reservedByOwner = new HashMap<>();

    /** @param bytes its size; 0: nothing grows */
    public MemoryBudget(long bytes) {
        this(bytes, bytes);
    }

    /** @param bytesPerOwner how much of it one owner may take */
    public MemoryBudget(long bytes, long bytesPerOwner) {
        this.bytes = bytes;
        this.bytesPerOwner = bytesPerOwner;
    }

    /** {@return its size} */
    public long bytes() {
        return bytes;
    }

    /** {@return the share of that owner, which all of its sessions have in common} */
    public MemoryShare share(Object owner) {
        return new Share(owner);
    }

    @Override
    public synchronized boolean reserve(long count) {
        if (count > bytes - reserved) {
            return false;
        }
        reserved += count;
        return true;
    }

    @Override
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

    private final class Share implements MemoryShare {
        private final Object owner;

        Share(Object owner) {
            this.owner = owner;
        }

        @Override
        public boolean reserve(long count) {
            synchronized (MemoryBudget.this) {
                long own = reservedByOwner.getOrDefault(owner, 0L);
                if (count > bytesPerOwner - own || !MemoryBudget.this.reserve(count)) {
                    return false;
                }
                reservedByOwner.put(owner, own + count);
                return true;
            }
        }

        @Override
        public void release(long count) {
            synchronized (MemoryBudget.this) {
                MemoryBudget.this.release(count);
                long own = reservedByOwner.getOrDefault(owner, 0L) - count;
                if (own > 0) {
                    reservedByOwner.put(owner, own);
                } else {
                    reservedByOwner.remove(owner);
                }
            }
        }
    }
}
