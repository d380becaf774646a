package io.http2duplex.internal.core;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A queue of bytes in memory, oldest first.
 *
 * <p>Large buffers are held as they are. Small ones are gathered in buffers of {@value #GATHER_SIZE} bytes while others
 * wait, so that the memory in use is in proportion to the bytes, whatever the sizes of the pieces.
 *
 * <p>A queue with {@link SpareBuffers} gathers in them, and gives them back when they are empty. It must hold no other
 * buffers: what is added to it is copied, or comes from a queue with the same spares.
 */
public final class ByteQueue {
    /** Buffers of fewer bytes are gathered. */
    static final int SMALL = 1024;

    private static final int GATHER_SIZE = 4096;

    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>(1);
    private final SpareBuffers spares;
    /** The youngest buffer, if bytes may be added behind its limit since this queue made it; else null. */
    private @Nullable ByteBuffer gathering;

    private long size;

    public ByteQueue() {
        this(SpareBuffers.NONE);
    }

    /** @param spares where buffers come from and go to */
    public ByteQueue(SpareBuffers spares) {
        this.spares = spares;
    }

    /** {@return how many bytes wait} */
    public long size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Adds bytes that nobody will change: a large buffer is held, not copied. */
    public void add(ByteBuffer bytes) {
        if (bytes.remaining() < SMALL && !isEmpty()) {
            addCopy(bytes);
        } else if (bytes.hasRemaining()) {
            append(bytes.slice());
        }
    }

    private void append(ByteBuffer bytes) {
        size += bytes.remaining();
        buffers.add(bytes);
        gathering = null;
    }

    /** Adds a copy of the bytes. */
    public void addCopy(ByteBuffer bytes) {
        int count = bytes.remaining();
        if (count == 0) {
            return;
        }
        ByteBuffer target = gathering;
        if (target == null || target.capacity() - target.limit() < count) {
            target = spares.take(count < SMALL && !isEmpty() ? GATHER_SIZE : count);
            buffers.add(target);
            gathering = target;
        }
        int end = target.limit();
        target.limit(end + count);
        target.put(end, bytes, bytes.position(), count);
        size += count;
    }

    /** Moves everything that waits in the other queue behind what waits in this one. */
    public void addAll(ByteQueue other) {
        ByteBuffer bytes;
        while ((bytes = other.poll()) != null) {
            if (bytes.remaining() < SMALL && !isEmpty()) {
                addCopy(bytes);
                spares.give(bytes);
            } else {
                append(bytes);
            }
        }
    }

    /** Moves everything that waits in the other queue in front of what waits in this one. */
    public void addAllFirst(ByteQueue other) {
        ByteBuffer bytes;
        while ((bytes = other.buffers.pollLast()) != null) {
            addFirst(bytes);
        }
        other.clear();
    }

    private void addFirst(ByteBuffer bytes) {
        size += bytes.remaining();
        if (bytes.remaining() >= SMALL) {
            buffers.addFirst(bytes);
            return;
        }
        ByteBuffer head = buffers.peek();
        ByteBuffer gathered = ByteBuffer.allocate(0);
        if (head != null && head.remaining() < SMALL) {
            buffers.remove();
            removed();
            gathered = head;
        }
        buffers.addFirst(ByteBuffer.allocate(bytes.remaining() + gathered.remaining())
                .put(bytes)
                .put(gathered)
                .flip());
    }

    /** {@return whether this queue has fewer pieces than the other, so that it costs less to move} */
    public boolean isInFewerPiecesThan(ByteQueue other) {
        return buffers.size() < other.buffers.size();
    }

    /** {@return the oldest buffer, taken out; null if nothing waits} */
    public @Nullable ByteBuffer poll() {
        ByteBuffer bytes = buffers.poll();
        if (bytes != null) {
            size -= bytes.remaining();
            removed();
        }
        return bytes;
    }

    /** {@return a view of the oldest buffer, which stays in until its bytes are {@link #consumed}; null if none waits} */
    public @Nullable ByteBuffer peek() {
        ByteBuffer head = buffers.peek();
        return head == null ? null : head.duplicate();
    }

    /** Takes out that many of the oldest bytes, all of them in the buffer that {@link #peek} shows. */
    public void consumed(int count) {
        ByteBuffer head = buffers.element();
        head.position(head.position() + count);
        size -= count;
        if (!head.hasRemaining()) {
            spares.give(buffers.remove());
            removed();
        }
    }

    /** Moves as many bytes as both sides have. {@return how many} */
    public int read(ByteBuffer target) {
        int total = 0;
        ByteBuffer head;
        while (target.hasRemaining() && (head = buffers.peek()) != null) {
            int count = Math.min(head.remaining(), target.remaining());
            target.put(target.position(), head, head.position(), count);
            target.position(target.position() + count);
            consumed(count);
            total += count;
        }
        return total;
    }

    public void clear() {
        buffers.forEach(spares::give);
        buffers.clear();
        gathering = null;
        size = 0;
    }

    private void removed() {
        if (buffers.isEmpty()) {
            gathering = null; // it was the youngest, so it went last
        }
    }
}
