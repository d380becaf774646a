package io.http2duplex.internal.core.resumable.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session that polls: when it asks again, and how long it waits for an answer. */
class ClientPollsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int RESUME_SECONDS = 30;

    private long now = 1;
    private final ClientSession session = new ClientSession(
            new ClientLimits(1024, 1024, 0, 1000, false, List.of(DownloadMode.POLLING), 0),
            new OpenedBy(0, DownloadMode.POLLING),
            new MemoryBudget(0),
            () -> 0.5,
            () -> {},
            now);
    private Attempt attempt = session.opening();
    /** How many polls in a row were answered with nothing. */
    private int answered;

    @BeforeEach
    void theOpeningAsksForAnAnswerAtOnce() {
        assertThat(attempt.way()).isEqualTo(poll(0));
    }

    private static DownloadWay poll(long seconds) {
        return new DownloadWay(DownloadMode.POLLING, seconds * SECOND);
    }

    /** The poll is answered with HELLO and WINDOW, and the next is sent if one is due. */
    private void answer(int heartbeatSeconds) {
        ClientDownload download = session.opened(attempt, true, now);
        ByteBuffer hello = ByteBuffer.allocate(12)
                .putInt(0x07000008)
                .putInt(heartbeatSeconds * 1000)
                .putInt(RESUME_SECONDS * 1000)
                .flip();
        session.received(download, hello, now);
        session.received(download, new FrameEncoder().window(0, 1024).take(), now);
        session.ended(download, now);
        answered++;
        boolean pauses = answered > 3; // something may answer polls at once, with nothing
        Attempt next = session.nextAttempt(now);
        assertThat(next == null).isEqualTo(pauses);
        if (next == null) {
            now += 20_000_000;
            session.timeIs(now);
            next = session.nextAttempt(now);
        }
        attempt = Objects.requireNonNull(next, "no poll is due");
    }

    private void sleep(long seconds) {
        now += seconds * SECOND;
        session.timeIs(now);
    }

    @Test
    void aDownloadThatDoesNotBeginWithHelloBreaksTheProtocol() {
        ClientDownload download = session.opened(attempt, false, now);
        session.received(download, new FrameEncoder().window(0, 1024).take(), now);
        assertThat(Objects.requireNonNull(session.failure()).code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void betweenPollsItIsAttachedAndTheNextMayWaitForAHeartbeat() {
        answer(15);
        answer(15);

        assertThat(session.isAttached()).isTrue();
        assertThat(attempt.way()).isEqualTo(poll(15));
        assertThat(attempt.number()).isEqualTo(2);
        assertThat(session.takeEffects().events()).containsExactly(new SessionEvent.Attached(DownloadMode.POLLING));
    }

    @Test
    void withoutHeartbeatsAPollMayWaitFor30Seconds() {
        answer(0);
        assertThat(attempt.way()).isEqualTo(poll(30));
    }

    @Test
    void aPollThatFailsDetachesItAndTheNextAsksForAnAnswerAtOnce() {
        answer(15);
        session.failed(attempt, "It was cut.", null, now);

        assertThat(session.isAttached()).isFalse();
        sleep(1);
        assertThat(Objects.requireNonNull(session.nextAttempt(now)).way()).isEqualTo(poll(0));
        assertThat(session.takeEffects().events()).hasAtLeastOneElementOfType(SessionEvent.Detached.class);
    }

    @Test
    void withoutHeartbeatsTooItWaitsNoLongerThanTheResumeTimeoutForPollsThatFail() {
        answer(0);
        for (int i = 0; i <= RESUME_SECONDS && !session.isFinished(); i++) {
            Attempt next = i == 0 ? attempt : session.nextAttempt(now);
            if (next != null) {
                session.failed(next, "It was cut.", null, now);
            }
            sleep(1);
        }
        assertThat(Objects.requireNonNull(session.failure()).code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void aPollThatBringsNothingForTwoHeartbeatsIsNotWantedAnyMore() {
        answer(5);
        sleep(9);
        assertThat(session.isWanted(attempt)).isTrue();
        sleep(2);
        assertThat(session.isWanted(attempt)).isFalse();
        assertThat(session.isAttached()).isFalse();
    }

    @Test
    void aSilentServerCountsAsDeadWhileTheSessionCanStillBeResumed() {
        answer(15);
        session.takeEffects();

        sleep(22);
        assertThat(session.isAttached()).isTrue();

        sleep(1); // three quarters of the resume timeout are over
        assertThat(session.isAttached()).isFalse();
        assertThat(session.takeEffects().events())
                .hasOnlyElementsOfType(SessionEvent.Detached.class)
                .hasSize(1);
        assertThat(session.failure()).isNull();
    }
}
