package io.http2duplex.benchmark.servers;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Takes {@code "COUNT\n"}, and sends so many messages of 32 bytes, one each millisecond, which begin with their numbers. */
final class Numbered implements Service {
    private static final int LENGTH = 32;
    private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** How much later it looks for the last time: after the last message is due. */
    private static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** How often it looks whether messages are due. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);

    private final StringBuilder head = new StringBuilder();
    private final Runnable wake;
    private long begun;
    private int count;
    private int sent;

    Numbered(Runnable wake) {
        this.wake = wake;
    }

    @Override
    public void take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            char next = (char) bytes.get();
            if (next == '\n') {
                count = Integer.parseInt(head.toString());
                begun = System.nanoTime();
                tick();
            } else {
                head.append(next);
            }
        }
    }

    private void tick() {
        wake.run();
        if (System.nanoTime() - begun < count * EACH_NANOS + LAST_NANOS) {
            LATER.execute(this::tick);
        }
    }

    @Override
    public boolean hasNext() {
        return sent < count && sent * EACH_NANOS <= System.nanoTime() - begun;
    }

    @Override
    public ByteBuffer next() {
        return ByteBuffer.allocate(LENGTH).putInt(0, sent++);
    }
}
