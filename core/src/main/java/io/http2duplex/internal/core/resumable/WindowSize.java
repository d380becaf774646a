package io.http2duplex.internal.core.resumable;

/** A size of a window or buffer that grows on demand, up to a bound and as long as the budget lasts. */
public final class WindowSize {
    /** With it, a window grows from its usual first size to the largest one in two steps. */
    private static final int FACTOR = 16;

    private final int max;
    private final MemoryBudget budget;
    private int bytes;
    private int reserved;

    /** @param first the size to begin with, which is not taken from the budget, in bytes */
    public WindowSize(int first, int max, MemoryBudget budget) {
        this.bytes = first;
        this.max = max;
        this.budget = budget;
    }

    int bytes() {
        return bytes;
    }

    /** {@return whether it has reached its bound} */
    boolean isLargest() {
        return bytes >= max;
    }

    /** {@return whether it has grown; by less if the budget has no more left} */
    boolean grow() {
        int most = (int) Math.min((FACTOR - 1L) * bytes, max - bytes);
        for (int more = most; more > 0 && more >= Math.min(most, bytes); more /= 4) {
            if (budget.reserve(more)) {
                reserved += more;
                bytes += more;
                return true;
            }
        }
        return false;
    }

    /** Gives back what was reserved. */
    void release() {
        budget.release(reserved);
        reserved = 0;
    }
}
