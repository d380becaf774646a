package io.http2duplex.internal.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool of the used buffers of one direction of one session, so that a steady flow of bytes allocates nothing.
 *
 * <p>Reuse is safe although a carrier may still read a buffer that is back in the pool, or holds new bytes by now: a
 * carrier writes without the session's lock. A sender gives a buffer back only when the client has confirmed all of it.
 * So what such a late carrier sends has offsets that the client already has, and the client drops it
 * ({@code docs/protocol.md}, section "Offsets and confirmation"). The bytes belong to the same direction of the same
 * duplex, so nothing leaks to others. After a reset no buffer is reused. A receiver hands out no views: the application
 * gets copies, or a buffer that never comes back.
 *
 * <p>A buffer is allocated only when none is spare, so the pool and the buffers in use together never exceed what was
 * once in use. {@link #sweep} releases what was not used for a while, and {@link #close} releases everything.
 */
public class SpareBuffers {
    /** A pool that keeps nothing, for bytes that belong to others. */
    static final SpareBuffers NONE = new SpareBuffers(Integer.MAX_VALUE);

    private static final int WORTHWHILE = 1024;

    /** The youngest is last, and used first, so that the oldest show how many are not needed. */
    private List<ByteBuffer> spares = List.of();
    /** Buffers of fewer bytes are not kept: to allocate them costs less. */
    private int smallest;
    /** How many of the oldest have waited since the last sweep. */
    private int unused;

    public SpareBuffers() {
        this(WORTHWHILE);
    }

    /** @param smallest buffers of fewer bytes are not kept */
    protected SpareBuffers(int smallest) {
        this.smallest = smallest;
    }

    /** {@return a buffer of at least that many bytes, owned by the caller; its limit is 0} */
    public ByteBuffer take(int size) {
        while (!spares.isEmpty()) {
            ByteBuffer spare = spares.remove(spares.size() - 1);
            unused = Math.min(unused, spares.size());
            if (spare.capacity() >= size) {
                return spare;
            }
        }
        return ByteBuffer.allocate(size).limit(0);
    }

    /** Takes a buffer whose bytes nobody needs any more. */
    public void give(ByteBuffer used) {
        if (used.capacity() >= smallest) {
            if (spares.isEmpty()) {
                spares = new ArrayList<>(1);
            }
            spares.add(used.clear().limit(0));
        }
    }

    public boolean isEmpty() {
        return spares.isEmpty();
    }

    /** Releases what was not used since the last call. */
    public void sweep() {
        if (unused == spares.size()) {
            spares = List.of();
        } else {
            spares.subList(0, unused).clear();
        }
        unused = spares.size();
    }

    /** Releases everything, and keeps nothing from now on. */
    public void close() {
        spares = List.of();
        unused = 0;
        smallest = Integer.MAX_VALUE;
    }
}
