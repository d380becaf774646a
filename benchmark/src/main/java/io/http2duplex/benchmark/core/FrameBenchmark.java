package io.http2duplex.benchmark.core;

import io.http2duplex.internal.core.resumable.FrameDecoder;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.internal.core.resumable.ViolationException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Frames to bytes, and back. */
@State(Scope.Thread)
public class FrameBenchmark {
    /** Bytes of a DATA frame. */
    @Param({"32", "65536"})
    public int size;

    private ByteBuffer frame = ByteBuffer.allocate(0);
    private final FrameDecoder decoder = new FrameDecoder(new Dropping());

    @Setup
    public void frame() {
        ByteBuffer head = new FrameEncoder().dataHead(1_000_000, size).take();
        frame = ByteBuffer.allocate(head.remaining() + size).put(head).clear();
    }

    @Benchmark
    public boolean decodeData() throws ViolationException {
        decoder.push(frame.clear());
        return decoder.isMidFrame();
    }

    @Benchmark
    public ByteBuffer encodeDataHead() {
        return new FrameEncoder().dataHead(1_000_000, size).take();
    }

    private static final class Dropping implements FrameDecoder.Handler {
        @Override
        public void data(long offset, ByteBuffer bytes) {}

        @Override
        public void window(long confirmed, long limit) {}

        @Override
        public void ping(int token) {}

        @Override
        public void pong(int token) {}

        @Override
        public void end(long offset) {}

        @Override
        public void reset(int number, String reason) {}

        @Override
        public void rotate() {}

        @Override
        public void hello(long heartbeatMillis, long resumeMillis, @Nullable Ticket ticket) {}

        @Override
        public void drain() {}
    }
}
