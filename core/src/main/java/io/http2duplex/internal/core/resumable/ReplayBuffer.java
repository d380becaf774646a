package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.SpareBuffers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A buffer of the bytes that were written and are not yet confirmed, by their offsets.
 *
 * <p>It consists of segments. Until all bytes of a segment are confirmed, only the space behind its limit is written, so
 * a view of bytes stays valid for as long as the client may need them. {@link SpareBuffers} says why a later view does no
 * harm. Small writes share a segment, so that the memory in use is in proportion to the bytes.
 */
final class ReplayBuffer {
    private static final int SMALL = 1024;
    private static final int SHARED_SIZE = 4096;
    private static final int MAX_SIZE = 64 * 1024;

    /** @param start offset of its first byte */
    private record Segment(long start, ByteBuffer bytes) {
        long end() {
            return start + bytes.limit();
        }
    }

    private final SpareBuffers spares;
    private List<Segment> segments = List.of();
    private long start;
    private long end;

    ReplayBuffer(SpareBuffers spares) {
        this.spares = spares;
    }

    /** {@return the offset of the first byte kept} */
    long start() {
        return start;
    }

    /** {@return the offset behind the last byte} */
    long end() {
        return end;
    }

    /** Adds a copy of the bytes. */
    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            ByteBuffer target = target(bytes.remaining());
            int at = target.limit();
            int count = Math.min(bytes.remaining(), target.capacity() - at);
            target.limit(at + count);
            target.put(at, bytes, bytes.position(), count);
            bytes.position(bytes.position() + count);
            end += count;
        }
    }

    private ByteBuffer target(int count) {
        if (segments.isEmpty()) {
            segments = new ArrayList<>(1);
        } else {
            ByteBuffer last = segments.get(segments.size() - 1).bytes();
            if (last.limit() < last.capacity()) {
                return last;
            }
        }
        int size = count < SMALL && !segments.isEmpty() ? SHARED_SIZE : Math.min(count, MAX_SIZE);
        ByteBuffer target = spares.take(size);
        segments.add(new Segment(end, target));
        return target;
    }

    /** {@return a view of bytes from that offset on, at most 64 KiB; null if none are there} */
    @Nullable
    ByteBuffer view(long offset, long until) {
        if (offset >= Math.min(end, until)) {
            return null;
        }
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).end() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Segment segment = segments.get(low);
        int from = (int) (offset - segment.start());
        return segment.bytes().slice(from, (int) Math.min(segment.bytes().limit() - from, until - offset));
    }

    /** Drops the bytes before that offset. */
    void dropUntil(long offset) {
        start = offset;
        int count = 0;
        while (count < segments.size() && segments.get(count).end() <= offset) {
            spares.give(segments.get(count).bytes());
            count++;
        }
        if (count == segments.size()) {
            segments = List.of();
        } else {
            segments.subList(0, count).clear();
        }
    }
}
