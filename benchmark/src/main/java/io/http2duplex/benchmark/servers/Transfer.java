package io.http2duplex.benchmark.servers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One transfer, as every server of the benchmark does it: takes {@code "DOWN UP\n"} and UP bytes, and sends DOWN bytes at
 * the same time, and behind them how many came. Not for use by several threads at once.
 */
final class Transfer implements Service {
    private static final int COUNT_LENGTH = 20;
    private static final ByteBuffer CHUNK = ByteBuffer.allocate(65_536).asReadOnlyBuffer();

    private final StringBuilder head = new StringBuilder();
    private boolean begun;
    private long down;
    private long up;
    private long counted;
    private boolean over;

    @Override
    public void take(ByteBuffer bytes) {
        while (!begun && bytes.hasRemaining()) {
            char next = (char) bytes.get();
            if (next == '\n') {
                begun = true;
                String[] numbers = head.toString().split(" ", -1);
                down = Long.parseLong(numbers[0]);
                up = Long.parseLong(numbers[1]);
            } else {
                head.append(next);
            }
        }
        counted += bytes.remaining();
        bytes.position(bytes.limit());
    }

    @Override
    public boolean hasNext() {
        return begun && !over && (down > 0 || counted >= up);
    }

    @Override
    public ByteBuffer next() {
        if (down > 0) {
            ByteBuffer chunk = CHUNK.duplicate();
            chunk.limit((int) Math.min(chunk.capacity(), down));
            down -= chunk.remaining();
            return chunk;
        }
        over = true;
        return StandardCharsets.US_ASCII.encode(String.format("%" + COUNT_LENGTH + "d", counted));
    }
}
