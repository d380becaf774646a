package io.http2duplex.benchmark.core;

import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import io.http2duplex.internal.core.resumable.ReceivingDirection;
import io.http2duplex.internal.core.resumable.SendingDirection;
import io.http2duplex.internal.core.resumable.ViolationException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The books of windows, order and confirmation. */
@State(Scope.Thread)
public class DirectionBenchmark {
    private static final int WINDOW = 1024 * 1024;

    /** Bytes of a chunk. */
    @Param({"32", "8192"})
    public int size;

    private final EffectCollector board = new EffectCollector();
    private final ReceivingDirection receiving = new ReceivingDirection(window(), new SpareBuffers(), board, 0);
    private final SendingDirection sending = new SendingDirection(window(), new SpareBuffers(), board);
    private final ByteBuffer bytes = ByteBuffer.allocate(8192);
    private final ByteBuffer target = ByteBuffer.allocate(8192);
    private long offset;
    private long sent;

    private static WindowSize window() {
        return new WindowSize(WINDOW, WINDOW, new MemoryBudget(0));
    }

    private ByteBuffer chunk() {
        return bytes.clear().limit(size);
    }

    /** A chunk comes, the application reads it into memory of its own, and the peer is told when it is due. */
    @Benchmark
    public int receive() throws ViolationException {
        come(offset);
        offset += size;
        return read();
    }

    /** As {@link #receive}, but the chunk itself is handed to the application, as a publisher does. */
    @Benchmark
    public @Nullable ByteBuffer receiveByPublisher() throws ViolationException {
        come(offset);
        offset += size;
        ByteBuffer taken = receiving.poll();
        tell();
        return taken;
    }

    /** Two chunks come in the wrong order. */
    @Benchmark
    public int receiveInTheWrongOrder() throws ViolationException {
        come(offset + size);
        come(offset);
        offset += 2L * size;
        return read() + read();
    }

    private void come(long at) throws ViolationException {
        receiving.data(at, chunk(), 0);
    }

    private int read() {
        int count = receiving.read(target.clear());
        tell();
        return count;
    }

    private void tell() {
        if (receiving.isWindowDue()) {
            receiving.advertised(0);
        }
        board.take();
    }

    /** A chunk is written, goes out, and is confirmed. */
    @Benchmark
    public @Nullable ByteBuffer send() throws ViolationException {
        sending.window(sent, sent + WINDOW);
        sending.write(chunk());
        ByteBuffer next = sending.nextBytes();
        sent += size;
        sending.taken(sent);
        sending.window(sent, sent + WINDOW);
        board.take();
        return next;
    }
}
