package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.PoisonedSpares;
import io.http2duplex.internal.core.SpareBuffers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OutOfOrderTest {
    @Test
    void whateverTheOrderEachByteIsHeldOnceAndGivenInItsPlace() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] all = new byte[1 + random.nextInt(5000)];
            random.nextBytes(all);
            boolean[] here = new boolean[all.length];
            OutOfOrder early = new OutOfOrder(new PoisonedSpares(1));
            for (int i = 0; i < 100; i++) {
                int from = random.nextInt(all.length);
                int count = 1 + random.nextInt(Math.min(all.length - from, 1 + random.nextInt(2000)));
                early.add(1 + from, ByteBuffer.wrap(all, from, count));
                Arrays.fill(here, from, from + count, true);
            }
            int size = 0;
            for (boolean each : here) {
                size += each ? 1 : 0;
            }
            assertThat(early.size()).as("seed %d", seed).isEqualTo(size);
            early.add(1, ByteBuffer.wrap(all));
            assertThat(early.count()).as("seed %d", seed).isOne();
            assertThat(bytes(requireNonNull(early.takeFrom(1))))
                    .as("seed %d", seed)
                    .isEqualTo(all);
        }
    }

    /** Each byte would take time in proportion to the run that it is put in front of. The limit is against hanging. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aLongRunThatGrowsBackwardsByteByByteCostsLittle() {
        int large = 16 * 1024 * 1024;
        int single = 500_000;
        OutOfOrder early = new OutOfOrder(new SpareBuffers());
        ByteBuffer piece = ByteBuffer.allocate(1024);
        for (int i = 0; i < large; i += piece.capacity()) {
            early.add(1 + single + i, piece.clear());
        }
        for (int i = single; i > 0; i--) {
            early.add(i, ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        assertThat(early.count()).isOne();
        ByteBuffer head = ByteBuffer.allocate(single);
        requireNonNull(early.takeFrom(1)).read(head);
        for (int i = 0; i < single; i++) {
            assertThat(head.get(i)).isEqualTo((byte) (i + 1));
        }
    }

    @Test
    void aRunThatAllCameOtherwiseIsDroppedAndItsMemoryIsUsedAgain() {
        SpareBuffers spares = new SpareBuffers();
        OutOfOrder early = new OutOfOrder(spares);
        early.add(5, ByteBuffer.allocate(2_000));
        assertThat(early.takeFrom(2_005)).isNull();
        assertThat(early.count()).isZero();
        assertThat(spares.isEmpty()).isFalse();
    }

    private static byte[] bytes(ByteQueue queue) {
        byte[] bytes = new byte[(int) queue.size()];
        queue.read(ByteBuffer.wrap(bytes));
        return bytes;
    }
}
