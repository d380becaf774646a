package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ReceivingDirectionTest {
    private static final int MIB = 1024 * 1024;

    private static ReceivingDirection receiver(int window, int maxWindow) {
        WindowSize size = new WindowSize(window, maxWindow, new MemoryBudget(maxWindow));
        return new ReceivingDirection(size, new SpareBuffers(), new EffectCollector(), 0);
    }

    private static void receive(ReceivingDirection receiver, int bytes) throws ViolationException {
        receiver.data(receiver.received(), ByteBuffer.allocate(bytes), 0);
    }

    @Test
    void aWindowIsDueWhenHalfOfTheWindowIsUsed() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 1_000);
        receive(receiver, 499);
        assertThat(receiver.isWindowDue()).isFalse();
        receive(receiver, 1);
        assertThat(receiver.isWindowDue()).isTrue();
    }

    @Test
    void aWindowIsDueAfterTwoMebibytesOfALargeWindow() throws ViolationException {
        ReceivingDirection receiver = receiver(16 * MIB, 32 * MIB);
        receive(receiver, 2 * MIB - 1);
        assertThat(receiver.isWindowDue()).isFalse();
        receive(receiver, 1);
        assertThat(receiver.isWindowDue()).isTrue();
    }

    @Test
    void aWindowOfWhichHalfWasUsedAndReadGrowsSixteenfoldOnceUntilTheLimitIsAdvertised() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 100_000);
        receive(receiver, 500);
        receiver.read(ByteBuffer.allocate(500));
        assertThat(receiver.limit()).isEqualTo(500 + 16_000);
        receive(receiver, 500);
        receiver.read(ByteBuffer.allocate(500));
        assertThat(receiver.limit()).isEqualTo(1_000 + 16_000);
    }

    @Test
    void aWindowGrowsHoweverOftenItIsAdvertisedWhileItIsUsed() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 100_000);
        for (int i = 0; i < 5; i++) {
            assertThat(receiver.limit()).isEqualTo(receiver.received() + 1_000);
            receiver.advertised(0);
            receive(receiver, 100);
            receiver.read(ByteBuffer.allocate(100));
        }
        assertThat(receiver.limit()).isEqualTo(500 + 16_000);
    }

    @Test
    void aWindowWhoseBytesWereNotAllReadDoesNotGrow() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 100_000);
        receive(receiver, 1_000);
        receiver.read(ByteBuffer.allocate(999));
        assertThat(receiver.limit()).isEqualTo(999 + 1_000);
    }

    @Test
    void aWindowOfWhichHalfTookLongerThanARoundTripDoesNotGrow() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 100_000);
        receiver.data(0, ByteBuffer.allocate(500), 1_000_000_001);
        receiver.read(ByteBuffer.allocate(500));
        assertThat(receiver.limit()).isEqualTo(500 + 1_000);
    }

    @Test
    void bytesThatCameEarlyAreHeldUntilThoseBeforeThemHaveCome() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 1_000);
        receiver.data(10, ByteBuffer.allocate(5), 0);
        assertThat(receiver.held()).isEqualTo(5);
        assertThat(receiver.available()).isZero();
        receiver.data(0, ByteBuffer.allocate(10), 0);
        assertThat(receiver.held()).isEqualTo(15);
        assertThat(receiver.available()).isEqualTo(15);
        assertThat(receiver.received()).isEqualTo(15);
    }

    @Test
    void theEndIsReachedWhenEveryByteBeforeItWasRead() throws ViolationException {
        ReceivingDirection receiver = receiver(1_000, 1_000);
        receiver.end(10);
        receive(receiver, 9);
        receiver.poll();
        assertThat(receiver.isAtEnd()).isFalse();
        receive(receiver, 1);
        assertThat(receiver.isAtEnd()).isFalse();
        receiver.poll();
        assertThat(receiver.isAtEnd()).isTrue();
        assertThat(receiver.confirmed()).isEqualTo(11);
        assertThat(receiver.isWindowDue()).isTrue();
    }

    @Test
    void aWindowThatGrewGivesItsMemoryBackAtTheEndAndAtAReset() throws ViolationException {
        for (boolean reset : new boolean[] {false, true}) {
            MemoryBudget budget = new MemoryBudget(100_000);
            EffectCollector effects = new EffectCollector();
            ReceivingDirection receiver =
                    new ReceivingDirection(new WindowSize(1_000, 100_000, budget), new SpareBuffers(), effects, 0);
            receive(receiver, 500);
            receiver.poll();
            assertThat(budget.reserved()).isEqualTo(15_000);
            effects.take();
            if (reset) {
                receiver.reset();
            } else {
                receiver.end(500);
            }
            assertThat(budget.reserved()).isZero();
            assertThat(effects.take().input()).isTrue();
            assertThat(receiver.isAtEnd()).isEqualTo(!reset);
        }
    }

    @Test
    void anApplicationIsWokenByTheFirstBytesAndAResetDropsWhatItHasNotRead() throws ViolationException {
        EffectCollector effects = new EffectCollector();
        ReceivingDirection receiver = new ReceivingDirection(
                new WindowSize(1_000, 1_000, new MemoryBudget(0)), new SpareBuffers(), effects, 0);
        receive(receiver, 5);
        assertThat(effects.take().input()).isTrue();
        receive(receiver, 5);
        assertThat(effects.take().input()).isFalse();
        receiver.data(20, ByteBuffer.allocate(5), 0);
        receiver.reset();
        assertThat(receiver.held()).isZero();
        assertThat(receiver.isAtEnd()).isFalse();
    }
}
