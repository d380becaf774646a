package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.SpareBuffers;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {
    /** Counts the memory that is taken. */
    private static final class Counted extends SpareBuffers {
        private long taken;
        private int times;

        @Override
        public ByteBuffer take(int size) {
            ByteBuffer buffer = super.take(size);
            taken += buffer.capacity();
            times++;
            return buffer;
        }
    }

    private final Counted spares = new Counted();
    private final ReplayBuffer buffer = new ReplayBuffer(spares);

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** {@return all bytes from that offset on} */
    private ByteBuffer read(long offset) {
        ByteBuffer all = ByteBuffer.allocate((int) (buffer.end() - offset));
        while (all.hasRemaining()) {
            all.put(requireNonNull(buffer.view(offset + all.position(), Long.MAX_VALUE)));
        }
        return all.flip();
    }

    @Test
    void writesOfAnySizesAreReadFromAnyOffset() {
        byte[] all = random(200_000);
        int[] sizes = {1, 10, 5_000, 1_023, 1_024, 100_000, 3, 4_090, 50_000};
        int written = 0;
        for (int size : sizes) {
            buffer.add(ByteBuffer.wrap(all, written, size));
            written += size;
            assertThat(buffer.end()).isEqualTo(written);
        }
        for (int from = 0; from < written; from += 777) {
            buffer.dropUntil(from / 2);
            assertThat(buffer.start()).isEqualTo(from / 2);
            assertThat(read(from)).isEqualTo(ByteBuffer.wrap(all, from, written - from));
        }
        assertThat(buffer.view(written, Long.MAX_VALUE)).isNull();
        assertThat(buffer.view(written - 1, written - 1)).isNull();
    }

    @Test
    void smallWritesTakeMemoryInProportionToTheirBytes() {
        for (int i = 0; i < 10_000; i++) {
            buffer.add(ByteBuffer.allocate(1));
        }
        assertThat(spares.taken).isBetween(10_000L, 20_000L);
        assertThat(spares.times).as("they share it").isLessThan(10);
    }

    @Test
    void oneSmallWriteTakesNoMoreThanItHas() {
        buffer.add(ByteBuffer.allocate(10));
        assertThat(spares.taken).isEqualTo(10);
    }
}
