package io.http2duplex.internal.core;

/** A size of a window or buffer that grows on demand, up to a bound and as long as the budget lasts, and shrinks again. */
public final class WindowSize {
    /** One that was not used for so long should shrink. */
    public static final long SHRINK_INTERVAL_NANOS = 10_000_000_000L;

    /** With it, a window grows from its usual first size to the largest one in two steps. */
    private static final int FACTOR = 16;

    private final int first;
    private final int max;
    private final MemoryShare budget;
    private int bytes;
    /** What is taken from the budget: at least what {@link #bytes} is larger than at first. */
    private int reserved;

    /**
     * A size.
     *
     * @param first the size to begin with, which is not taken from the budget, in bytes
     * @param max how large it may grow; if that is less, it does not
     */
    public WindowSize(int first, int max, MemoryShare budget) {
        this.first = first;
        this.bytes = first;
        this.max = max;
        this.budget = budget;
    }

    public int bytes() {
        return bytes;
    }

    public int first() {
        return first;
    }

    public boolean hasGrown() {
        return bytes > first;
    }

    /** {@return whether it has grown; by less if the budget has no more left} */
    public boolean grow() {
        return growWithin(max);
    }

    /** As {@link #grow()}, but not beyond that bound. */
    public boolean growWithin(long bound) {
        int most = (int) Math.min((FACTOR - 1L) * bytes, Math.min(max, bound) - bytes);
        for (int more = most; more > 0 && more >= Math.min(most, bytes); more /= 4) {
            int missing = Math.max(0, bytes + more - first - reserved);
            if (budget.reserve(missing)) {
                reserved += missing;
                bytes += more;
                return true;
            }
        }
        return false;
    }

    /** Shrinks to its first size. What was reserved stays so until {@link #trim}. */
    public void shrink() {
        bytes = first;
    }

    /** Gives back what is reserved beyond its size, and beyond the bytes that a peer may still send. */
    public void trim(long promised) {
        long needed = Math.max(bytes, promised) - first;
        if (reserved > needed) {
            budget.release(reserved - needed);
            reserved = (int) needed;
        }
    }

    /** Gives back what was reserved. */
    public void release() {
        budget.release(reserved);
        reserved = 0;
        bytes = first;
    }
}
