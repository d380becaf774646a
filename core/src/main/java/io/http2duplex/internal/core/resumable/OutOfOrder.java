package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.SpareBuffers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store of bytes that came before others that are still missing: separate runs, each byte once. */
final class OutOfOrder {
    private static final class Run {
        final long start;
        private ByteQueue bytes;

        Run(long start, SpareBuffers spares) {
            this.start = start;
            bytes = new ByteQueue(spares);
        }

        /** The smaller is moved to the larger, so that runs which grow backwards, byte by byte, cost little too. */
        void join(Run following) {
            if (bytes.isInFewerPiecesThan(following.bytes)) {
                following.bytes.addAllFirst(bytes);
                bytes = following.bytes;
            } else {
                bytes.addAll(following.bytes);
            }
        }

        long end() {
            return start + bytes.size();
        }
    }

    private final SpareBuffers spares;
    /** Oldest offset first, with a hole before each. */
    private List<Run> runs = List.of();

    OutOfOrder(SpareBuffers spares) {
        this.spares = spares;
    }

    /** {@return how many runs there are} */
    int count() {
        return runs.size();
    }

    /** {@return the offset behind the last byte; 0 if there is none} */
    long end() {
        return runs.isEmpty() ? 0 : runs.get(runs.size() - 1).end();
    }

    /** {@return how many bytes are held} */
    long size() {
        long size = 0;
        for (Run run : runs) {
            size += run.bytes.size();
        }
        return size;
    }

    /** Adds a copy of the bytes that are not here yet. */
    void add(long offset, ByteBuffer bytes) {
        if (runs.isEmpty()) {
            runs = new ArrayList<>(2);
        }
        int index = 0;
        while (index < runs.size() && runs.get(index).end() < offset) {
            index++;
        }
        long from = offset;
        while (bytes.hasRemaining()) {
            if (index == runs.size() || runs.get(index).start > from) {
                runs.add(index, new Run(from, spares));
            }
            Run run = runs.get(index);
            from += skip(bytes, run.end() - from);
            long hole = index + 1 < runs.size() ? runs.get(index + 1).start - run.end() : Long.MAX_VALUE;
            int count = (int) Math.min(bytes.remaining(), hole);
            run.bytes.addCopy(bytes.slice(bytes.position(), count));
            from += skip(bytes, count);
            if (count == hole) {
                run.join(runs.remove(index + 1));
            }
        }
    }

    private static int skip(ByteBuffer bytes, long count) {
        int skipped = (int) Math.min(bytes.remaining(), count);
        bytes.position(bytes.position() + skipped);
        return skipped;
    }

    /** {@return the bytes from that offset on, taken out; null if there is a hole. Bytes before it are dropped.} */
    @Nullable
    ByteQueue takeFrom(long offset) {
        while (!runs.isEmpty() && runs.get(0).start <= offset) {
            Run run = runs.remove(0);
            if (run.end() > offset) {
                long before = offset - run.start;
                while (before > 0) {
                    int count = (int)
                            Math.min(before, requireNonNull(run.bytes.peek()).remaining());
                    run.bytes.consumed(count);
                    before -= count;
                }
                return run.bytes;
            }
            run.bytes.clear();
        }
        return null;
    }

    void clear() {
        runs = List.of();
    }
}
