package io.http2duplex.benchmark.servers;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Sends back what has come. The page bounds what is under way. */
final class Echo implements Service {
    private final Deque<ByteBuffer> waiting = new ArrayDeque<>();

    @Override
    public void take(ByteBuffer bytes) {
        waiting.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
    }

    @Override
    public boolean hasNext() {
        return !waiting.isEmpty();
    }

    @Override
    public ByteBuffer next() {
        return waiting.remove();
    }
}
