package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.TestResumable.HEARTBEAT;
import static io.http2duplex.internal.core.resumable.TestResumable.RESUME;
import static io.http2duplex.internal.core.resumable.TestResumable.STALL;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SessionLimits;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** For how long a session waits for what: it is the same just before, and something follows at the time. */
class ResumeTimeoutTest {
    private final TestResumable test = new TestResumable(new MemoryBudget(0));

    private DownloadAttachment attach(long number) {
        return test.session.attach(number, test.client.downloadOffset(), 0, DownloadWay.STREAMING, test.now, () -> {});
    }

    private void assertLost() {
        Failure failure = requireNonNull(test.session.failure());
        assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(failure.reason()).contains("within 30000 ms (option resumeTimeout");
        assertThat(test.session.isFinished()).isTrue();
        assertThat(test.session.deadline()).isEmpty();
    }

    @Test
    void aDetachedSessionLivesJustAsLongAsTheResumeTimeout() {
        test.download.lost(null, test.now);
        assertThat(test.session.deadline()).hasValue(test.now + RESUME);
        test.pass(RESUME - 1);
        assertThat(test.session.isFinished()).isFalse();
        test.pass(1);
        assertLost();
    }

    @Test
    void aSessionThatComesBackInTheLastMomentLives() {
        test.download.lost(null, test.now);
        test.pass(RESUME - 1);
        assertThat(attach(1).problem()).isNull();
        test.pass(HEARTBEAT - 1);
        assertThat(test.session.isAttached()).isTrue();
    }

    @Test
    void withoutAResumeTimeoutALostDownloadIsTheEnd() {
        SessionLimits limits = new SessionLimits(10, 10, 0, 4, 0, STALL, 0, HEARTBEAT, 10, 0);
        TestResumable none = new TestResumable(limits, new MemoryBudget(0), 0);
        RuntimeException cause = new RuntimeException("reset by peer");
        none.download.lost(cause, 0);
        Failure failure = requireNonNull(none.session.failure());
        assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(failure.cause()).isSameAs(cause);
    }

    @Test
    void aSilentClientIsAskedAfterAHeartbeatAndDetachedAfterAnother() {
        int woken = test.wakeUps;
        test.pass(HEARTBEAT - 1);
        assertThat(test.wakeUps).isEqualTo(woken);
        test.pass(1);
        assertThat(test.wakeUps).isGreaterThan(woken);
        test.carry();
        assertThat(test.client.pings()).isOne();
        test.pass(HEARTBEAT - 1);
        assertThat(test.session.isAttached()).isTrue();
        test.session.takeEffects();
        test.now++;
        test.session.timeIs(test.now);
        assertThat(test.session.isAttached()).isFalse();
        assertThat(test.session.takeEffects().events())
                .containsExactly(new SessionEvent.Detached("the client gave no sign of life", null));
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.BREAK_OFF);
        test.pass(RESUME - 1);
        assertThat(test.session.isFinished()).isFalse();
        test.pass(1);
        assertLost();
    }

    @Test
    void aDownloadThatIsHeldUpIsDetachedAtTheStallTimeout() {
        SessionLimits limits = new SessionLimits(10, 10, 0, 4, 0, STALL, RESUME, 0, 10, 0);
        TestResumable held = new TestResumable(limits, new MemoryBudget(0), 0);
        held.session.write(ByteBuffer.allocate(5));
        assertThat(held.download.next(0)).isEqualTo(DownloadStep.WRITE);
        held.download.blocked(0);
        held.pass(STALL / 2);
        held.download.blocked(held.now); // it still is
        held.pass(STALL / 2 - 1);
        assertThat(held.session.isAttached()).isTrue();
        held.pass(1);
        assertThat(held.session.isAttached()).isFalse();
        assertThat(held.download.next(held.now)).isEqualTo(DownloadStep.BREAK_OFF);
    }

    @Test
    void aDownloadThatMovesAgainIsNotHeldUp() {
        SessionLimits limits = new SessionLimits(10, 10, 0, 4, 0, STALL, RESUME, 0, 10, 0);
        TestResumable held = new TestResumable(limits, new MemoryBudget(0), 0);
        held.session.write(ByteBuffer.allocate(5));
        held.download.next(0);
        held.download.blocked(0);
        held.download.taken(1, 1);
        assertThat(held.session.deadline()).isEmpty();
        held.download.blocked(2);
        held.download.flushed(3);
        assertThat(held.session.deadline()).isEmpty();
    }

    @Test
    void anOldDownloadIsAskedForAnotherAndEndsAfterAHeartbeatAtTheLatest() {
        long life = 40 * TestResumable.SECOND;
        SessionLimits limits = new SessionLimits(10, 10, 0, 4, 0, STALL, RESUME, 100 * STALL, 10, life);
        TestResumable old = new TestResumable(limits, new MemoryBudget(0), 0);
        old.pass(life - 1);
        old.carry();
        assertThat(old.client.rotations()).isZero();
        old.pass(1);
        old.carry();
        assertThat(old.client.rotations()).isOne();
        old.pass(100 * STALL - life - 1);
        old.session.rotate(old.now);
        old.carry();
        assertThat(old.client.rotations()).as("it was asked already").isOne();
        old.client.confirm();
        old.post();
        old.pass(life);
        assertThat(old.session.isAttached()).isTrue();
        old.pass(1);
        assertThat(old.session.isAttached()).isFalse();
        assertThat(old.download.next(old.now)).isEqualTo(DownloadStep.END);
    }

    @Test
    void aPostThatIsSilentForAHeartbeatGivesWayToAnother() {
        FrameUpload first = test.session.openUpload(test.now, () -> {});
        test.pass(1);
        List<FrameUpload> others = List.of(
                test.session.openUpload(test.now, () -> {}),
                test.session.openUpload(test.now, () -> {}),
                test.session.openUpload(test.now, () -> {}));
        test.pass(HEARTBEAT - 2);
        FrameUpload early = test.session.openUpload(test.now, () -> {});
        assertThat(requireNonNull(requireNonNull(early.outcome()).problem()).status())
                .isEqualTo(429);
        test.pass(1);
        FrameUpload late = test.session.openUpload(test.now, () -> {});
        assertThat(late.outcome()).isNull();
        assertThat(requireNonNull(requireNonNull(first.outcome()).problem()).status())
                .isEqualTo(408);
        assertThat(others).allMatch(upload -> upload.outcome() == null);
    }
}
