package io.http2duplex.internal.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Buffers of one direction of one session that have been used and wait to be used again, so that bytes which flow cost
 * no new memory.
 *
 * <p>They are that direction's alone, and that is what makes it safe. A thread that sends may still read from a buffer
 * here, or from one that holds other bytes by now: a download that another has taken the place of, or one that the
 * client has confirmed by means of another, looks at its view without the session's lock. But a buffer comes here only
 * when the client has confirmed every byte in it; so whatever that thread sends then, it sends at offsets that the
 * client has, and drops ({@code docs/protocol.md}, section "Offsets and confirmation"). And they are bytes of the same
 * direction of the same duplex: nobody meets what is another's. After a reset nothing is used again. Of what is received
 * nobody has a view: it is copied when the application reads it; a buffer that is handed to the application does not come
 * back here.
 *
 * <p>Buffers are allocated only while none wait here, so both together never take more than what was once in use. A
 * direction lets go of what it has not used for a while ({@link #sweep}), and of everything when it is over.
 */
public class SpareBuffers {
    /** For bytes that are others' to keep: nothing waits here. */
    static final SpareBuffers NONE = new SpareBuffers(Integer.MAX_VALUE);

    private static final int WORTHWHILE = 1024;

    /** The youngest last, which is used first, so that the oldest show what is not needed. */
    private List<ByteBuffer> spares = List.of();
    /** Buffers of fewer bytes are not kept: they cost little, and less than it costs to look after them. */
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

    /** {@return a buffer of at least that many bytes, the caller's from now on; its limit is 0} */
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

    /** Takes a buffer whose bytes nobody needs any more, and which is nobody else's. */
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

    /** Lets go of what was not used since the last call. */
    public void sweep() {
        if (unused == spares.size()) {
            spares = List.of();
        } else {
            spares.subList(0, unused).clear();
        }
        unused = spares.size();
    }

    /** Lets go of everything, and keeps nothing any more. */
    public void close() {
        spares = List.of();
        unused = 0;
        smallest = Integer.MAX_VALUE;
    }
}
