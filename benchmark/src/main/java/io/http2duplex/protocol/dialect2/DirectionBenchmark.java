package io.http2duplex.protocol.dialect2;

import io.http2duplex.protocol.SignalBoard;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** The books of windows, order and confirmation. In this package because what it measures is seen in no other. */
@State(Scope.Thread)
public class DirectionBenchmark {
    private static final int WINDOW = 1024 * 1024;

    /** Bytes of a chunk. */
    @Param({"32", "8192"})
    public int size;

    private final SignalBoard board = new SignalBoard();
    private final ReceivingDirection receiving = new ReceivingDirection(window(), board, 0);
    private final SendingDirection sending = new SendingDirection(window(), board);
    private final ByteBuffer bytes = ByteBuffer.allocate(8192);
    private long offset;
    private long sent;

    private static GrowingSize window() {
        return new GrowingSize(WINDOW, WINDOW, new MemoryBudget(0));
    }

    private ByteBuffer chunk() {
        return bytes.clear().limit(size);
    }

    /** A chunk comes, the application takes it, and the peer is told when it is due. */
    @Benchmark
    public @Nullable ByteBuffer receive() throws ViolationException {
        receiving.data(offset, chunk(), 0);
        offset += size;
        return taken();
    }

    /** Two chunks come in the wrong order. */
    @Benchmark
    public void receiveInTheWrongOrder(Blackhole blackhole) throws ViolationException {
        receiving.data(offset + size, chunk(), 0);
        receiving.data(offset, chunk(), 0);
        offset += 2L * size;
        blackhole.consume(taken());
        blackhole.consume(receiving.poll());
    }

    private @Nullable ByteBuffer taken() {
        ByteBuffer taken = receiving.poll();
        if (receiving.isWindowDue()) {
            receiving.told(0);
        }
        board.take();
        return taken;
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
