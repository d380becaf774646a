package io.http2duplex.internal.core;

/** A share of a {@link MemoryBudget}, or all of it. Safe for use by many threads. */
public interface MemoryShare {
    /** An empty one: nothing grows. */
    MemoryShare NONE = new MemoryShare() {
        @Override
        public boolean reserve(long count) {
            return count == 0;
        }

        @Override
        public void release(long count) {
            // Nothing is reserved.
        }
    };

    /** {@return whether so many bytes were left, and are reserved now} */
    boolean reserve(long count);

    /** Gives back bytes that were reserved. */
    void release(long count);
}
