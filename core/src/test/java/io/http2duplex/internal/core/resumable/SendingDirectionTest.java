package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a sender keeps, sends, and tells its application. */
class SendingDirectionTest {
    private static final int CAPACITY = 1000;

    private final EffectCollector effects = new EffectCollector();
    private final MemoryBudget budget = new MemoryBudget(1_000_000);
    private final SpareBuffers spares = new SpareBuffers();
    private final SendingDirection sender =
            new SendingDirection(new WindowSize(CAPACITY, 16 * CAPACITY, budget), spares, effects);

    private boolean signalled() {
        return effects.take().output();
    }

    /** Puts everything under way that may be sent, and lets a transport take it. */
    private void send() {
        while (sender.nextBytes() != null) {
            // under way
        }
        sender.taken(sender.nextOffset());
    }

    @Test
    void theRoomIsWhatIsNotKept() throws ViolationException {
        assertThat(sender.room()).isEqualTo(CAPACITY);
        assertThat(sender.write(ByteBuffer.allocate(300))).isEqualTo(300);
        assertThat(sender.write(ByteBuffer.allocate(100))).isEqualTo(400);
        assertThat(sender.room()).isEqualTo(600);
        assertThat(sender.kept()).isEqualTo(400);
        sender.window(0, 400);
        send();
        sender.window(250, 400);
        assertThat(sender.kept()).isEqualTo(150);
        assertThat(sender.room()).isEqualTo(850);
        sender.write(ByteBuffer.allocate(1000));
        assertThat(sender.room()).isZero();
    }

    @Test
    void noMoreIsSentThanIsAllowed() throws ViolationException {
        sender.write(ByteBuffer.allocate(300));
        assertThat(sender.hasNext()).isFalse();
        assertThat(sender.nextBytes()).isNull();
        assertThat(sender.window()).isZero();
        sender.window(0, 200);
        assertThat(sender.window()).isEqualTo(200);
        assertThat(sender.hasNext()).isTrue();
        assertThat(sender.nextBytes()).isEqualTo(ByteBuffer.allocate(200));
        assertThat(sender.nextOffset()).isEqualTo(200);
        assertThat(sender.hasNext()).isFalse();
        assertThat(sender.window()).isZero();
        sender.window(0, 100); // a limit never sinks
        assertThat(sender.window()).isZero();
        sender.end();
        assertThat(sender.window()).as("once it has ended").isZero();
    }

    @Test
    void whatMayBeSentIsCountedWithTheEnd() throws ViolationException {
        assertThat(sender.sendable()).isZero();
        sender.write(ByteBuffer.allocate(300));
        assertThat(sender.sendable()).as("without a window").isZero();
        sender.window(0, 200);
        assertThat(sender.sendable()).isEqualTo(200);
        send();
        assertThat(sender.sendable()).isZero();
        sender.window(200, 1000);
        assertThat(sender.sendable()).isEqualTo(100);
        sender.end();
        assertThat(sender.sendable()).as("the end follows the bytes").isEqualTo(100);
        send();
        assertThat(sender.sendable()).isEqualTo(1);
        assertThat(sender.takeEnd()).isTrue();
        assertThat(sender.sendable()).isZero();
        sender.window(301, 1000);
        assertThat(sender.sendable()).as("once it has ended").isZero();
    }

    @Test
    void aWriterIsToldWhenThePeerHasEverythingAsItSaysInAnotherWay() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, CAPACITY);
        sender.end();
        send();
        assertThat(sender.takeEnd()).isTrue();
        sender.notifyWhenRoomy();
        signalled();
        sender.allTaken();
        assertThat(signalled()).isTrue();
        assertThat(sender.state()).isEqualTo(DirectionState.ENDED);
    }

    @Test
    void aWriterIsToldAtTheOffsetItAskedFor() throws ViolationException {
        sender.write(ByteBuffer.allocate(300));
        sender.notifyAt(300);
        sender.notifyAt(400); // the lower of both
        assertThat(signalled()).isFalse();
        sender.window(0, 300);
        assertThat(sender.nextBytes()).isNotNull();
        sender.taken(299);
        assertThat(signalled()).isFalse();
        assertThat(sender.sent()).isEqualTo(299);
        sender.taken(300);
        assertThat(signalled()).isTrue();
        sender.taken(300);
        assertThat(signalled()).as("once").isFalse();
        sender.notifyAt(300);
        assertThat(signalled()).as("at once").isTrue();
    }

    @Test
    void bytesAreTakenAsFarAsThereIsRoomBehindThem() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, CAPACITY);
        send();
        assertThat(sender.takenOffset()).isEqualTo(CAPACITY - 1);
        sender.window(10, CAPACITY);
        assertThat(sender.takenOffset()).isEqualTo(CAPACITY);
        sender.rewindTo(10);
        sender.window(CAPACITY, 2 * CAPACITY);
        assertThat(sender.takenOffset()).isEqualTo(CAPACITY);
        assertThat(sender.nextOffset()).isEqualTo(CAPACITY);
    }

    @Test
    void aWriterThatWaitsForRoomIsToldWhenHalfOfTheBufferIsFree() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.notifyWhenRoomy();
        assertThat(signalled()).isFalse();
        sender.window(0, CAPACITY);
        send();
        sender.window(CAPACITY / 2 - 1, CAPACITY);
        assertThat(signalled()).isFalse();
        sender.window(CAPACITY / 2, CAPACITY);
        assertThat(signalled()).isTrue();
        sender.window(CAPACITY, CAPACITY);
        assertThat(signalled()).as("once").isFalse();
        sender.notifyWhenRoomy();
        assertThat(signalled()).as("at once").isTrue();
    }

    @Test
    void aFullBufferWhoseBytesAreAllUnderWayGrowsIfThePeerWouldTakeMore() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, CAPACITY);
        sender.notifyWhenRoomy();
        send();
        assertThat(sender.hasGrown()).as("the peer takes no more").isFalse();
        sender.window(0, 16 * CAPACITY);
        assertThat(sender.hasGrown()).isTrue();
        assertThat(sender.room()).isEqualTo(15 * CAPACITY);
        assertThat(signalled()).as("there is room").isTrue();
        assertThat(budget.reserved()).isEqualTo(15 * CAPACITY);
    }

    @Test
    void itGrowsByWhatThePeerWouldTake() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, CAPACITY);
        send();
        sender.window(300, 4 * CAPACITY);
        sender.write(ByteBuffer.allocate(300));
        send();
        assertThat(sender.room()).isEqualTo(3 * CAPACITY - 300);
        assertThat(budget.reserved()).isEqualTo(3 * CAPACITY - 300);
        sender.write(ByteBuffer.allocate(3 * CAPACITY - 300));
        send();
        assertThat(sender.room()).as("it is full, and the peer takes no more").isZero();
    }

    @Test
    void aBufferOfWhichAByteIsNotUnderWayDoesNotGrow() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY - 1));
        sender.window(0, 2 * CAPACITY);
        send();
        assertThat(sender.hasGrown()).as("there is room").isFalse();
        sender.write(ByteBuffer.allocate(1));
        sender.notifyWhenRoomy();
        assertThat(sender.hasGrown()).as("not everything is under way").isFalse();
        assertThat(sender.nextBytes()).isNotNull();
        assertThat(sender.hasGrown()).isTrue();
    }

    @Test
    void aBufferThatIsNotUsedShrinks() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, 100 * CAPACITY);
        send();
        sender.window(CAPACITY, 100 * CAPACITY);
        sender.write(ByteBuffer.allocate(16 * CAPACITY));
        sender.shrinkIfUnused();
        assertThat(sender.hasGrown()).as("as much was written as it holds").isTrue();
        send();
        sender.window(17 * CAPACITY - CAPACITY, 100 * CAPACITY);
        sender.shrinkIfUnused();
        assertThat(sender.hasGrown()).as("it keeps as much as it held at first").isTrue();
        sender.window(16 * CAPACITY + 1, 100 * CAPACITY);
        sender.shrinkIfUnused();
        assertThat(sender.hasGrown()).isFalse();
        assertThat(budget.reserved()).isZero();
    }

    @Test
    void aConfirmationIsWantedOnlyIfThePeerAloneCanHelp() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        assertThat(sender.wantsConfirmation()).as("nobody waits").isFalse();
        sender.notifyWhenRoomy();
        assertThat(sender.wantsConfirmation()).as("it is not under way").isFalse();
        sender.window(0, CAPACITY);
        assertThat(sender.nextBytes()).isNotNull();
        assertThat(sender.wantsConfirmation()).as("no transport has taken it").isFalse();
        sender.taken(CAPACITY);
        assertThat(sender.wantsConfirmation()).isTrue();
        sender.window(CAPACITY, CAPACITY);
        assertThat(sender.wantsConfirmation()).as("all is confirmed").isFalse();
    }

    @Test
    void soItIsForAWriterThatWaitsForAnOffset() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, CAPACITY);
        send();
        sender.notifyAt(CAPACITY - 1);
        assertThat(sender.wantsConfirmation()).as("it was told").isFalse();
        sender.notifyAt(CAPACITY);
        assertThat(sender.wantsConfirmation()).isTrue();
        sender.reset();
        assertThat(sender.wantsConfirmation()).isFalse();
    }

    @Test
    void theEndIsSentBehindAllBytesAndConfirmedByOneMore() throws ViolationException {
        sender.write(ByteBuffer.allocate(10));
        assertThat(sender.takeEnd()).isFalse();
        sender.end();
        assertThat(signalled()).as("a writer waits in vain").isTrue();
        sender.end();
        assertThat(signalled()).as("once").isFalse();
        assertThat(sender.state()).isEqualTo(DirectionState.ENDING);
        assertThat(sender.takeEnd()).as("bytes are before it").isFalse();
        assertThat(sender.hasNext()).isFalse();
        sender.window(0, 10);
        send();
        assertThat(sender.hasNext()).isTrue();
        assertThat(sender.isEndUnderWay()).isFalse();
        assertThat(sender.wasSent(11)).isFalse();
        assertThat(sender.takeEnd()).isTrue();
        assertThat(sender.takeEnd()).isFalse();
        assertThat(sender.isEndUnderWay()).isTrue();
        assertThat(sender.confirmed()).isZero();
        sender.window(10, 10);
        assertThat(sender.confirmed()).isEqualTo(10);
        assertThat(signalled()).isFalse();
        sender.window(11, 10);
        assertThat(sender.state()).isEqualTo(DirectionState.ENDED);
        assertThat(sender.confirmed()).isEqualTo(11);
        assertThat(sender.isEndUnderWay()).isFalse();
        assertThat(signalled()).isTrue();
        sender.window(11, 20); // nothing more can come of it
        assertThat(sender.window()).isZero();
        assertThat(sender.hasNext()).isFalse();
    }

    @Test
    void whatWasLostIsSentAgainAsFarAsItIsNotConfirmed() throws ViolationException {
        sender.write(ByteBuffer.allocate(100));
        sender.end();
        sender.window(0, 100);
        send();
        assertThat(sender.takeEnd()).isTrue();
        sender.window(40, 100);
        sender.rewindTo(70);
        assertThat(sender.nextOffset()).isEqualTo(70);
        assertThat(sender.isEndUnderWay()).isFalse();
        sender.rewindTo(10);
        assertThat(sender.nextOffset()).isEqualTo(40);
        sender.rewindTo(60);
        assertThat(sender.nextOffset()).as("it never goes forwards").isEqualTo(40);
        assertThat(sender.nextBytes()).isEqualTo(ByteBuffer.allocate(60));
        assertThat(sender.wasSent(101)).as("the end was sent once").isTrue();
        assertThat(sender.takeEnd()).isTrue();
    }

    @Test
    void onlyWhatWasSentCanBeConfirmed() throws ViolationException {
        sender.write(ByteBuffer.allocate(100));
        sender.window(0, 60);
        send();
        assertThat(sender.wasSent(60)).isTrue();
        assertThat(sender.wasSent(61)).isFalse();
        assertThatThrownBy(() -> sender.window(61, 100)).isInstanceOf(ViolationException.class);
        assertThat(sender.kept()).isEqualTo(100);
    }

    @Test
    void aResetDropsWhatIsKeptAndTellsTheWriter() throws ViolationException {
        sender.write(ByteBuffer.allocate(CAPACITY));
        sender.window(0, 2 * CAPACITY);
        send();
        assertThat(budget.reserved()).isPositive();
        assertThat(signalled()).isFalse();
        sender.reset();
        assertThat(signalled()).isTrue();
        assertThat(sender.state()).isEqualTo(DirectionState.RESET);
        assertThat(sender.kept()).isZero();
        assertThat(budget.reserved()).isZero();
        assertThat(spares.isEmpty()).as("no buffer is used again").isTrue();
        sender.reset();
        assertThat(signalled()).isFalse();
    }

    @Test
    void anEndThatIsConfirmedGivesTheMemoryBack() throws ViolationException {
        sender.write(ByteBuffer.allocate(2048));
        sender.window(0, 4096);
        sender.notifyWhenRoomy();
        send();
        assertThat(budget.reserved()).isPositive();
        sender.end();
        assertThat(sender.takeEnd()).isTrue();
        sender.window(2049, 4096);
        assertThat(budget.reserved()).isZero();
        assertThat(spares.isEmpty()).isTrue();
    }
}
