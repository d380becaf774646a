package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SessionLimits;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Downloads by polls at the server: when a poll is answered, with how much, and how long the next may be away. */
class PollsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long HEARTBEAT = 10 * SECOND;
    private static final int BUFFER = 12 << 20;
    private static final int LARGEST_FRAME = 300_000;

    private static final SessionLimits LIMITS =
            new SessionLimits(1000, BUFFER, 0, 4, 0, 60 * SECOND, 30 * SECOND, HEARTBEAT, BUFFER, 0);

    private long now = 5 * SECOND;
    private final ResumableSession session = new ResumableSession(LIMITS, new MemoryBudget(0), now);
    private int wakeUps;
    private long number = -1;
    private DownloadAttachment poll = poll(0);
    /** How many bytes the last answer had. */
    private int carried;

    private DownloadAttachment poll(long longest) {
        return poll(longest, 0);
    }

    private DownloadAttachment poll(long longest, long offset) {
        DownloadWay way = new DownloadWay(DownloadMode.POLLING, longest);
        return session.attach(++number, offset, BUFFER, way, now, () -> wakeUps++);
    }

    @BeforeEach
    void theFirstPollIsAnsweredAtOnce() {
        session.timeIs(now);
        assertThat(answer()).containsExactly("HELLO 10000 30000", "WINDOW 0 1000");
        assertThat(effects().events()).containsExactly(new SessionEvent.Attached(DownloadMode.POLLING));
    }

    /** {@return the frames that answer the poll; empty: it still waits} */
    private List<String> answer() {
        RecordedFrames frames = new RecordedFrames();
        FrameDecoder decoder = new FrameDecoder(frames);
        carried = 0;
        while (poll.next(now) == DownloadStep.WRITE) {
            ByteBuffer bytes = requireNonNull(poll.peek());
            int count = bytes.remaining();
            try {
                decoder.push(bytes);
            } catch (ViolationException e) {
                throw new AssertionError(e);
            }
            poll.taken(count, now);
            carried += count;
        }
        if (poll.next(now) == DownloadStep.END) {
            poll.ended(now);
        }
        return frames.frames();
    }

    private Effects effects() {
        Effects effects = session.takeEffects();
        effects.ready().forEach(Runnable::run);
        return effects;
    }

    private boolean isWoken() {
        effects();
        boolean woken = wakeUps > 0;
        wakeUps = 0;
        return woken;
    }

    private void timeIs(long time) {
        now = time;
        session.timeIs(now);
    }

    private List<SessionEvent> eventsAt(long time) {
        timeIs(time);
        return effects().events();
    }

    @Test
    void aPollIsAnsweredWhenItsTimeIsOverAndNotBefore() {
        long asked = now;
        poll = poll(3 * SECOND);
        assertThat(answer()).isEmpty();
        isWoken();
        timeIs(asked + 3 * SECOND - 1);
        assertThat(isWoken()).isFalse();
        assertThat(answer()).isEmpty();
        timeIs(asked + 3 * SECOND);
        assertThat(isWoken()).isTrue();
        assertThat(answer()).containsExactly("HELLO 10000 30000", "WINDOW 0 1000");
    }

    @Test
    void aPollWaitsNoLongerThanAHeartbeat() {
        long asked = now;
        poll = poll(60 * SECOND);
        answer();
        timeIs(asked + HEARTBEAT - 1);
        assertThat(answer()).isEmpty();
        timeIs(asked + HEARTBEAT);
        assertThat(answer()).isNotEmpty();
    }

    @Test
    void aPollIsAnsweredAsSoonAsThereAreBytes() {
        poll = poll(3 * SECOND);
        assertThat(answer()).isEmpty();
        isWoken();
        session.writeCopy(ByteBuffer.allocate(2));
        assertThat(isWoken()).isTrue();
        assertThat(answer()).containsExactly("HELLO 10000 30000", "WINDOW 0 1000", "DATA 0 0000");
    }

    @Test
    void betweenTwoPollsTheSessionIsAttachedForTwoHeartbeats() {
        long answered = now;
        assertThat(session.isAttached()).isTrue();
        assertThat(eventsAt(answered + 2 * HEARTBEAT - 1)).isEmpty();
        assertThat(eventsAt(answered + 2 * HEARTBEAT))
                .containsExactly(new SessionEvent.Detached("the client has not polled again", null));
    }

    @Test
    void whatTheClientPostsBetweenTwoPollsIsASignOfLife() {
        timeIs(now + HEARTBEAT);
        FrameUpload upload = session.openUpload(now, () -> {});
        upload.received(new FrameEncoder().ping(1).take(), now);
        upload.completed(now);
        long heard = now;
        assertThat(eventsAt(heard + 2 * HEARTBEAT - 1)).isEmpty();
        assertThat(eventsAt(heard + 2 * HEARTBEAT)).hasSize(1);
    }

    @Test
    void anotherPollIsNoOtherAttachmentAndAStreamIs() {
        poll = poll(SECOND);
        assertThat(effects().events()).isEmpty();
        answer();
        session.attach(++number, 0, BUFFER, DownloadWay.STREAMING, now, () -> {});
        assertThat(effects().events()).containsExactly(new SessionEvent.Attached(DownloadMode.STREAMING));
        poll = poll(SECOND);
        assertThat(effects().events()).containsExactly(new SessionEvent.Attached(DownloadMode.POLLING));
    }

    @Test
    void aPollThatComesTooLateResumesTheSession() {
        timeIs(now + 2 * HEARTBEAT);
        effects();
        poll = poll(SECOND);
        assertThat(effects().events()).containsExactly(new SessionEvent.Resumed(DownloadMode.POLLING));
    }

    @Test
    void anAnswerCarriesAMebibyteAndThoseAfterItUpToFourIfTheClientIsFast() {
        session.write(ByteBuffer.allocate(BUFFER));
        int offset = 0;
        for (int size : new int[] {1, 2, 4, 4}) {
            poll = poll(SECOND, offset);
            answer();
            assertThat(carried).isBetween(size << 20, (size << 20) + LARGEST_FRAME);
            offset += size << 20;
            now += Downloads.FAST_POLL_NANOS;
        }
    }

    @Test
    void anAnswerIsNeverAgainAsLargeAsOneThatDidNotArrive() {
        session.write(ByteBuffer.allocate(BUFFER));
        poll = poll(SECOND);
        answer();
        int offset = 1 << 20;
        poll = poll(SECOND, offset);
        answer();
        for (int i = 0; i < 3; i++) { // of the second nothing has arrived
            poll = poll(SECOND, offset);
            answer();
            assertThat(carried).isBetween(1 << 20, (1 << 20) + LARGEST_FRAME);
            offset += 1 << 20;
        }
    }

    @Test
    void theAnswersOfAClientThatIsSlowAreNotLarge() {
        session.write(ByteBuffer.allocate(BUFFER));
        int offset = 0;
        for (int size : new int[] {1, 2, 4}) {
            poll = poll(SECOND, offset);
            answer();
            offset += size << 20;
        }
        now += Downloads.FAST_POLL_NANOS + 1;
        poll = poll(SECOND, offset);
        answer();
        assertThat(carried).isBetween(Downloads.FIRST_POLL_BYTES, Downloads.FIRST_POLL_BYTES + LARGEST_FRAME);
    }

    @Test
    void aClientThatPollsLearnsOfADrainByItsNextPollAndHasTwoSecondsForIt() {
        session.drain(now);
        long drained = now;
        assertThat(session.deadline()).hasValue(drained + Downloads.DRAINING_RESUME_NANOS);
        poll = poll(SECOND);
        assertThat(answer()).contains("DRAIN");
        poll = poll(0);
        assertThat(answer()).isNotEmpty().doesNotContain("DRAIN");
        assertThat(eventsAt(now + Downloads.DRAINING_RESUME_NANOS - 1)).isEmpty();
        assertThat(eventsAt(now + 1)).hasSize(1);
    }

    @Test
    void aPollWhoseAnswerNobodyReadsIsBrokenOffAfterTheStallTimeout() {
        poll = poll(0);
        assertThat(poll.next(now)).isEqualTo(DownloadStep.WRITE);
        poll.blocked(now);
        long blocked = now;
        assertThat(eventsAt(blocked + LIMITS.stallNanos() - 1)).isEmpty();
        assertThat(eventsAt(blocked + LIMITS.stallNanos())).hasSize(1);
        assertThat(poll.next(now)).isEqualTo(DownloadStep.BREAK_OFF);
    }
}
