package io.http2duplex.protocol.dialect2;

/** The size of a window or buffer: it doubles on demand, up to a bound and as long as the budget lasts. */
final class GrowingSize {
    private final int max;
    private final MemoryBudget budget;
    private int bytes;
    private int reserved;

    /** @param first the size to begin with, which is not taken from the budget, in bytes */
    GrowingSize(int first, int max, MemoryBudget budget) {
        this.bytes = first;
        this.max = max;
        this.budget = budget;
    }

    int bytes() {
        return bytes;
    }

    /** {@return whether it has grown} */
    boolean grow() {
        int more = Math.min(bytes, max - bytes);
        if (more <= 0 || !budget.reserve(more)) {
            return false;
        }
        reserved += more;
        bytes += more;
        return true;
    }

    /** Gives back what was reserved: it is not needed any more. */
    void release() {
        budget.release(reserved);
        reserved = 0;
    }
}
