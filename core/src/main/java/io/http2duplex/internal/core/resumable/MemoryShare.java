package io.http2duplex.internal.core.resumable;

/** A share of a {@link MemoryBudget}, or all of it. Safe for use by many threads. */
public interface MemoryShare {
    /** {@return whether so many bytes were left, and are reserved now} */
    boolean reserve(long count);

    /** Gives back bytes that were reserved. */
    void release(long count);
}
