package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets how much of the memory that windows and buffers grow by, and when it comes back. */
class MemoryBudgetTest {
    private static final int KIB = 1024;
    private static final long IDLE = WindowSize.SHRINK_INTERVAL_NANOS;

    private final MemoryBudget budget = new MemoryBudget(2048 * KIB, 512 * KIB);

    @Test
    void anOwnerGetsItsShareAndNotMore() {
        MemoryShare alice = budget.share("alice");
        assertThat(alice.reserve(320 * KIB)).isTrue();
        assertThat(budget.share("alice").reserve(192 * KIB + 1)).isFalse();
        assertThat(budget.share("alice").reserve(192 * KIB)).isTrue();
        assertThat(budget.share("bob").reserve(512 * KIB)).isTrue();
        assertThat(budget.reserved()).isEqualTo(1024 * KIB);
        alice.release(192 * KIB);
        assertThat(alice.reserve(192 * KIB)).isTrue();
        assertThat(alice.reserve(1)).isFalse();
        alice.release(512 * KIB);
        budget.share("bob").release(512 * KIB);
        assertThat(budget.reserved()).isZero();
    }

    @Test
    void aShareIsNoPromiseOfWhatOthersHave() {
        assertThat(budget.reserve(1920 * KIB)).isTrue();
        MemoryShare alice = budget.share("alice");
        assertThat(alice.reserve(144 * KIB)).isFalse();
        assertThat(alice.reserve(128 * KIB)).isTrue();
        budget.release(1920 * KIB);
        assertThat(alice.reserve(384 * KIB)).as("a refusal was not counted").isTrue();
    }

    @Test
    void moreThanWasReservedCannotBeGivenBack() {
        assertThatIllegalStateException().isThrownBy(() -> budget.share("alice").release(1));
    }

    @Test
    void idleSessionsOfOneOwnerLeaveRoomForOthersAndGiveBackWhatTheyDoNotUse() {
        List<TestResumable> hogs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            TestResumable hog = new TestResumable(budget.share("hog"));
            hog.upload(640 * KIB);
            hog.download(640 * KIB);
            hogs.add(hog);
        }
        assertThat(budget.reserved()).isLessThanOrEqualTo(512 * KIB);
        TestResumable newcomer = new TestResumable(budget.share("newcomer"));
        newcomer.upload(64 * KIB);
        assertThat(newcomer.session.uploadWindow()).isGreaterThan(32 * KIB);

        for (TestResumable hog : hogs) {
            hog.pass(2 * IDLE);
            hog.upload((int) hog.session.uploadWindow()); // a limit that was advertised holds
            hog.pass(2 * IDLE);
        }
        newcomer.session.reset(Failure.application(300, "done"));
        assertThat(budget.reserved()).isZero();
    }

    @Test
    void anAdvertisedLimitNeverShrinksAndIsPaidForUntilItIsUsed() {
        TestResumable test = new TestResumable(budget);
        test.upload(640 * KIB);
        long window = test.session.uploadWindow();
        assertThat(window).isGreaterThan(128 * KIB);
        test.pass(2 * IDLE);
        assertThat(test.session.uploadWindow()).isEqualTo(window);
        assertThat(budget.reserved()).isEqualTo(window - TestResumable.FIRST);

        test.upload(16 * KIB);
        assertThat(test.session.uploadWindow()).isEqualTo(window - 16 * KIB);
        assertThat(budget.reserved()).isEqualTo(window - 16 * KIB - TestResumable.FIRST);

        test.client.write(new byte[16 * KIB]);
        test.post();
        assertThat(budget.reserved())
                .as("bytes that nobody has read are held")
                .isEqualTo(window - 16 * KIB - TestResumable.FIRST);
        test.session.discardInput();
        assertThat(budget.reserved()).isEqualTo(window - 32 * KIB - TestResumable.FIRST);
    }

    @Test
    void whatCameBeforeTheEndIsPaidForUntilItIsRead() {
        TestResumable test = new TestResumable(budget);
        test.upload(640 * KIB);
        test.client.write(new byte[100 * KIB]);
        test.client.end();
        test.post();
        assertThat(test.session.availableInput()).isEqualTo(100 * KIB);
        assertThat(budget.reserved()).isEqualTo(100 * KIB - TestResumable.FIRST);
        test.session.readInput(ByteBuffer.allocate(60 * KIB));
        assertThat(budget.reserved()).isEqualTo(40 * KIB - TestResumable.FIRST);
        test.session.readInput(ByteBuffer.allocate(40 * KIB));
        assertThat(test.session.isInputAtEnd()).isTrue();
        assertThat(budget.reserved()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsNotReadOfASessionThatIsOverIsNotPaidFor(boolean cleanly) {
        TestResumable test = new TestResumable(budget);
        test.upload(640 * KIB);
        test.client.write(new byte[100 * KIB]);
        test.client.end();
        test.post();
        if (cleanly) {
            test.session.end();
            test.carry();
            test.client.confirm();
            test.post();
        } else {
            test.session.reset(Failure.application(300, "done"));
        }
        assertThat(test.session.isFinished()).isTrue();
        assertThat(budget.reserved()).isZero();
        test.session.readInput(ByteBuffer.allocate(60 * KIB));
        assertThat(budget.reserved()).isZero();
    }

    @Test
    void aBufferThatWasNotUsedForTenSecondsShrinksAndGrowsAgain() {
        TestResumable test = new TestResumable(budget);
        test.download(640 * KIB);
        int room = test.session.outputRoom();
        assertThat(room).isGreaterThan(16 * KIB);
        test.pass(IDLE - 1);
        assertThat(test.session.outputRoom()).isEqualTo(room);
        test.pass(IDLE + 1);
        assertThat(test.session.outputRoom()).isEqualTo(TestResumable.FIRST);
        assertThat(budget.reserved()).isZero();
        test.download(640 * KIB);
        assertThat(test.session.outputRoom()).isEqualTo(room);
    }

    @Test
    void aWindowAndABufferInUseDoNotShrink() {
        TestResumable test = new TestResumable(budget);
        test.upload(640 * KIB);
        test.download(640 * KIB);
        long reserved = budget.reserved();
        for (int i = 0; i < 5; i++) {
            test.upload(320 * KIB);
            test.download(320 * KIB);
            test.pass(IDLE);
            assertThat(budget.reserved()).isEqualTo(reserved);
        }
    }

    @Test
    void aBufferShrinksIfLessWasWrittenThanItHoldsBetweenTwoLooks() {
        TestResumable test = new TestResumable(budget);
        test.download(640 * KIB);
        test.session.shrinkUnused();
        assertThat(budget.reserved()).isPositive();
        test.session.shrinkUnused();
        assertThat(budget.reserved()).isZero();
    }

    @Test
    void aBufferThatHoldsMoreThanItsFirstSizeDoesNotShrink() {
        TestResumable test = new TestResumable(budget);
        test.download(640 * KIB);
        test.session.write(ByteBuffer.allocate(TestResumable.FIRST));
        long reserved = budget.reserved();
        test.session.shrinkUnused();
        test.session.shrinkUnused();
        assertThat(budget.reserved()).isEqualTo(reserved);
    }
}
