package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a session's downloads carry, which of them is the session's, and when a carrier is woken. */
class DownloadsTest {
    private static final long SECOND = 1_000_000_000;
    private static final int BUFFER = 1000;
    private static final SessionLimits LIMITS =
            new SessionLimits(BUFFER, BUFFER, 0, 4, 0, 60 * SECOND, 30 * SECOND, 15 * SECOND, BUFFER, 0);

    private final ResumableSession session = new ResumableSession(LIMITS, new MemoryBudget(0), 0);
    private int wakeUps;

    private DownloadAttachment attach(long number, long limit) {
        return session.attach(number, 0, limit, DownloadWay.STREAMING, 0, () -> wakeUps++);
    }

    /** {@return the frames that a download has for its client, which takes them} */
    private static List<String> carried(DownloadAttachment download, long now) {
        RecordedFrames frames = new RecordedFrames();
        FrameDecoder decoder = new FrameDecoder(frames);
        while (download.next(now) == DownloadStep.WRITE) {
            ByteBuffer bytes = requireNonNull(download.peek());
            int count = bytes.remaining();
            try {
                decoder.push(bytes);
            } catch (ViolationException e) {
                throw new AssertionError(e);
            }
            download.taken(count, now);
        }
        return frames.frames();
    }

    private Effects act() {
        Effects effects = session.takeEffects();
        effects.ready().forEach(Runnable::run);
        return effects;
    }

    /** {@return whether the carrier was woken since the last time} */
    private boolean woken() {
        act();
        boolean woken = wakeUps > 0;
        wakeUps = 0;
        return woken;
    }

    private @Nullable UploadOutcome post(FrameEncoder frames) {
        return post(frames.take());
    }

    private @Nullable UploadOutcome post(ByteBuffer body) {
        FrameUpload upload = session.openUpload(0, () -> {});
        upload.received(body, 0);
        upload.completed(0);
        return upload.outcome();
    }

    private static ByteBuffer data(int offset, int count) {
        ByteBuffer head = new FrameEncoder().dataHead(offset, count).take();
        ByteBuffer frame = ByteBuffer.allocate(head.remaining() + count);
        return frame.put(head).clear();
    }

    @Test
    void theFirstFramesAreHelloAndWindow() {
        DownloadAttachment download = attach(0, 0);
        assertThat(carried(download, 0)).containsExactly("HELLO 15000 30000", "WINDOW 0 1000");
        assertThat(download.next(0)).isEqualTo(DownloadStep.WAIT);
        assertThat(act().events()).containsExactly(new SessionEvent.Attached(DownloadMode.STREAMING));
    }

    @Test
    void timesThatAreNoWholeMillisecondsAreRoundedUp() {
        SessionLimits odd = new SessionLimits(10, 10, 0, 4, 0, SECOND, 1_000_001, 1, 10, 0);
        ResumableSession session = new ResumableSession(odd, new MemoryBudget(0), 0);
        assertThat(carried(session.attach(0, 0, 0, DownloadWay.STREAMING, 0, () -> {}), 0))
                .first()
                .isEqualTo("HELLO 1 2");
    }

    @Test
    void aCarrierIsWokenOnceForWhatTheApplicationWritesAndOnlyIfItWaits() {
        DownloadAttachment download = attach(0, 100);
        session.write(ByteBuffer.allocate(1));
        assertThat(woken()).as("it has not looked yet").isFalse();
        assertThat(carried(download, 0)).last().isEqualTo("DATA 0 00");
        assertThat(session.write(ByteBuffer.allocate(1))).isEqualTo(2);
        assertThat(woken()).isTrue();
        session.write(ByteBuffer.allocate(1));
        assertThat(woken()).as("it was woken").isFalse();
        assertThat(carried(download, 0)).containsExactly("DATA 1 0000");
        assertThat(session.takenOffset()).isEqualTo(3);
        assertThat(session.sentBytes()).isEqualTo(3);
        assertThat(session.heldOutput()).isEqualTo(3);
        assertThat(session.downloadWindow()).isEqualTo(97);
        session.end();
        assertThat(session.isOutputOpen()).isFalse();
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("END 3");
    }

    @Test
    void aCarrierIsWokenWhenTheClientAllowsMoreOrAsks() {
        DownloadAttachment download = attach(0, 0);
        session.write(ByteBuffer.allocate(1));
        carried(download, 0);
        assertThat(post(new FrameEncoder().window(0, 100))).isEqualTo(UploadOutcome.PROCESSED);
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("DATA 0 00");
        post(new FrameEncoder().ping(7).ping(8));
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("WINDOW 0 1000", "PONG 7", "PONG 8");
        assertThat(download.next(0)).isEqualTo(DownloadStep.WAIT);
        assertThat(woken()).isFalse();
    }

    @Test
    void ofManyPingsThatAreNotAnsweredTheLastAreKept() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        FrameEncoder pings = new FrameEncoder();
        for (int i = 0; i < 1000; i++) {
            pings.ping(i);
        }
        post(pings);
        List<String> frames = carried(download, 0);
        assertThat(frames).hasSizeBetween(2, 100).last().isEqualTo("PONG 999");
    }

    @Test
    void aCarrierIsWokenWhenTheApplicationHasReadHalfOfTheWindow() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        post(data(0, 600));
        assertThat(woken()).as("half of the window came").isTrue();
        assertThat(carried(download, 0)).containsExactly("WINDOW 600 1000");
        assertThat(session.availableInput()).isEqualTo(600);
        assertThat(session.heldInput()).isEqualTo(600);
        assertThat(session.receivedBytes()).isEqualTo(600);
        assertThat(session.readInput(ByteBuffer.allocate(600))).isEqualTo(600);
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("WINDOW 600 1600");
        assertThat(session.uploadWindow()).isEqualTo(1000);
        post(data(600, 600));
        carried(download, 0);
        assertThat(woken()).isTrue();
        assertThat(session.pollInput()).isNotNull();
        assertThat(woken()).as("a piece was taken").isTrue();
        carried(download, 0);
        post(data(1200, 600));
        carried(download, 0);
        assertThat(woken()).isTrue();
        session.discardInput();
        assertThat(woken()).as("the rest is not wanted").isTrue();
    }

    @Test
    void theClientIsAskedToConfirmWhatAWriterWaitsFor() {
        DownloadAttachment download = attach(0, BUFFER);
        assertThat(session.writeCopy(ByteBuffer.allocate(BUFFER))).isEqualTo(BUFFER);
        carried(download, 0);
        session.notifyOutputRoom();
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("PING 1");
        session.notifyOutputRoom();
        assertThat(woken()).as("it was asked").isFalse();
        post(new FrameEncoder().pong(1));
        assertThat(woken()).as("it answered without a confirmation").isTrue();
        assertThat(carried(download, 0)).containsExactly("PING 2");
        post(new FrameEncoder().window(100, BUFFER));
        assertThat(carried(download, 0)).as("it confirmed too little").containsExactly("PING 3");
        post(new FrameEncoder().window(500, BUFFER));
        assertThat(act().output()).isTrue();
        assertThat(carried(download, 0)).isEmpty();
    }

    @Test
    void theClientIsAskedToConfirmWhatAWriterOfMoreThanTheBufferHoldsWaitsFor() {
        DownloadAttachment download = attach(0, BUFFER);
        session.write(ByteBuffer.allocate(BUFFER));
        carried(download, 0);
        session.notifyOutputAt(BUFFER);
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("PING 1");
        assertThat(act().output()).isFalse();
        post(new FrameEncoder().window(1, BUFFER));
        assertThat(act().output()).isTrue();
    }

    @Test
    void aWriterThatWaitsForAnOffsetIsToldWhenItIsTaken() {
        DownloadAttachment download = attach(0, BUFFER);
        session.write(ByteBuffer.allocate(10));
        session.notifyOutputAt(10);
        assertThat(act().output()).isFalse();
        carried(download, 0);
        assertThat(act().output()).isTrue();
    }

    @Test
    void anotherGetTakesThePlaceOfTheFirst() {
        DownloadAttachment first = attach(0, 0);
        carried(first, 0);
        act();
        DownloadAttachment second = attach(1, 0);
        assertThat(act().events()).containsExactly(new SessionEvent.Attached(DownloadMode.STREAMING));
        assertThat(wakeUps).as("the first ends").isOne();
        assertThat(first.next(0)).isEqualTo(DownloadStep.END);
        assertThat(carried(second, 0)).first().isEqualTo("HELLO 15000 30000");
        first.lost(null, 0);
        assertThat(session.isAttached())
                .as("the loss of the first means nothing")
                .isTrue();
        first.taken(0, 20 * SECOND);
        assertThat(session.deadline()).hasValue(15 * SECOND);
    }

    @Test
    void aDownloadThatIsBlockedIsBrokenOffWhenItIsReplaced() {
        DownloadAttachment first = attach(0, 0);
        first.next(0);
        first.blocked(0);
        attach(1, 0);
        assertThat(first.next(0)).isEqualTo(DownloadStep.BREAK_OFF);
    }

    @Test
    void aDownloadThatWasReplacedAndThenIsBlockedIsBrokenOff() {
        DownloadAttachment first = attach(0, 0);
        first.next(0);
        attach(1, 0);
        assertThat(first.next(0)).isEqualTo(DownloadStep.END);
        act();
        wakeUps = 0;
        first.blocked(0);
        assertThat(woken()).isTrue();
        assertThat(first.next(0)).isEqualTo(DownloadStep.BREAK_OFF);
        assertThat(session.deadline()).as("nothing but a heartbeat").hasValue(15 * SECOND);
    }

    @Test
    void anAttemptThatIsLateOrImpossibleIsRefused() {
        attach(5, 0);
        Problem stale = Problem.staleAttach();
        assertThat(requireNonNull(attach(5, 0).problem()).type()).isEqualTo(stale.type());
        assertThat(requireNonNull(attach(4, 0).problem()).type()).isEqualTo(stale.type());
        Problem offset = requireNonNull(
                session.attach(6, 1, 0, DownloadWay.STREAMING, 0, () -> {}).problem());
        assertThat(offset.type()).isEqualTo(Problem.badOffset().type());
        assertThat(attach(6, 0).problem()).isNull();
    }

    @Test
    void aSessionThatIsOverIsNotResumed() {
        attach(0, 0);
        session.end();
        session.reset(Failure.application(300, "enough"));
        Problem problem = requireNonNull(attach(1, 0).problem());
        assertThat(problem.number()).isEqualTo(300);
        FrameUpload late = session.openUpload(0, () -> {});
        assertThat(requireNonNull(requireNonNull(late.outcome()).problem()).number())
                .isEqualTo(300);
    }

    @Test
    void aSessionThatHasEndedCleanlyIsNotResumedEither() {
        DownloadAttachment download = attach(0, 0);
        session.end();
        carried(download, 0);
        assertThat(session.isOutputEnded()).as("it is not confirmed").isFalse();
        post(new FrameEncoder().end(0).window(1, 0));
        session.readInput(ByteBuffer.allocate(1));
        assertThat(session.isOutputEnded()).isTrue();
        assertThat(session.isFinished()).isTrue();
        assertThat(act().finished()).isTrue();
        assertThat(carried(download, 0)).containsExactly("WINDOW 1 1000");
        assertThat(download.next(0)).isEqualTo(DownloadStep.END);
        Problem problem = requireNonNull(attach(1, 0).problem());
        assertThat(problem.type()).isEqualTo(Problem.sessionOver().type());
        assertThat(requireNonNull(session.openUpload(0, () -> {}).outcome()).problem())
                .isNull();
    }

    @Test
    void aResetReachesADownloadThatHasSaidNothing() {
        DownloadAttachment download = attach(0, 0);
        assertThat(session.reset(Failure.application(300, "enough"))).isTrue();
        assertThat(session.reset(Failure.application(301, "again"))).isFalse();
        assertThat(carried(download, 0)).containsExactly("HELLO 15000 30000", "WINDOW 0 1000", "RESET 300 enough");
    }

    @Test
    void aDownloadThatIsBlockedIsBrokenOffByTheSessionsEnd() {
        DownloadAttachment download = attach(0, 0);
        download.next(0);
        download.blocked(0);
        session.reset(Failure.application(300, "enough"));
        assertThat(download.next(0)).isEqualTo(DownloadStep.BREAK_OFF);
    }

    @Test
    void aLossIsTold() {
        DownloadAttachment download = attach(0, 0);
        post(new FrameEncoder());
        act();
        RuntimeException cause = new RuntimeException("reset by peer");
        download.lost(cause, SECOND);
        assertThat(session.isAttached()).isFalse();
        Effects effects = act();
        assertThat(effects.events())
                .containsExactly(new SessionEvent.Detached("The browser, or its connection, was lost.", cause));
        assertThat(effects.deadline()).isTrue();
        assertThat(session.deadline()).hasValue(31 * SECOND);
        assertThat(session.isAborted()).as("it was heard from").isFalse();
        attach(1, 0);
        assertThat(act().events()).containsExactly(new SessionEvent.Resumed(DownloadMode.STREAMING));
    }

    @Test
    void aClientThatGoesWhileItOpensHasASecondToComeBack() {
        attach(0, 0).lost(null, 2 * SECOND);
        assertThat(session.isAborted()).isTrue();
        assertThat(session.deadline()).hasValue(3 * SECOND);
        session.timeIs(3 * SECOND - 1);
        assertThat(session.isFinished()).isFalse();
        session.timeIs(3 * SECOND);
        assertThat(requireNonNull(session.failure()).code()).isEqualTo(ErrorCode.ABORTED);
        assertThat(session.isAborted()).as("it is over").isFalse();
    }

    @Test
    void aClientThatGoesLaterOrWasHeardFromHasNotAbortedTheOpening() {
        attach(0, 0).lost(null, 2 * SECOND + 1);
        assertThat(session.isAborted()).isFalse();
        assertThat(session.deadline()).hasValue(32 * SECOND + 1);
        attach(1, 0).lost(null, SECOND);
        assertThat(session.isAborted()).as("it has resumed").isFalse();
    }

    @Test
    void aClientThatComesBackHasNotAbortedTheOpening() {
        attach(0, 0).lost(null, SECOND);
        assertThat(session.isAborted()).isTrue();
        attach(1, 0);
        assertThat(session.isAborted()).isFalse();
    }

    @Test
    void aResumeTimeoutOfASecondIsNotMadeShorter() {
        SessionLimits brief = new SessionLimits(10, 10, 0, 4, 0, SECOND, SECOND, 0, 10, 0);
        ResumableSession session = new ResumableSession(brief, new MemoryBudget(0), 0);
        session.attach(0, 0, 0, DownloadWay.STREAMING, 0, () -> {}).lost(null, 0);
        assertThat(session.isAborted()).isFalse();
        assertThat(session.deadline()).hasValue(SECOND);
    }

    @Test
    void everyDownloadOfAServerThatDrainsSaysSoOnce() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        act();
        wakeUps = 0;
        session.drain(0);
        assertThat(woken()).isTrue();
        assertThat(carried(download, 0)).containsExactly("DRAIN");
        session.drain(0);
        assertThat(woken()).isFalse();
        assertThat(carried(attach(1, 0), 0)).containsExactly("HELLO 15000 30000", "WINDOW 0 1000", "DRAIN");
    }

    @Test
    void aDetachedClientHasTwoSecondsToLearnThatTheServerDrains() {
        DownloadAttachment download = attach(0, 0);
        post(new FrameEncoder());
        download.lost(null, SECOND);
        act();
        session.drain(SECOND);
        assertThat(act().deadline()).isTrue();
        assertThat(session.deadline()).hasValue(3 * SECOND);
        session.timeIs(3 * SECOND);
        assertThat(requireNonNull(session.failure()).code()).isEqualTo(ErrorCode.SHUT_DOWN);
    }

    @Test
    void soHasOneThatIsLostLater() {
        DownloadAttachment download = attach(0, 0);
        post(new FrameEncoder());
        session.drain(0);
        download.lost(null, SECOND);
        assertThat(session.deadline()).hasValue(3 * SECOND);
    }

    @Test
    void aClientIsAskedForAnotherDownloadOnce() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        act();
        wakeUps = 0;
        session.rotate(SECOND);
        assertThat(act().deadline()).isTrue();
        assertThat(wakeUps).isOne();
        assertThat(carried(download, SECOND)).containsExactly("ROTATE");
        assertThat(session.deadline()).hasValue(15 * SECOND);
        session.rotate(2 * SECOND);
        assertThat(carried(download, SECOND)).isEmpty();
        assertThat(carried(attach(1, 0), SECOND)).hasSize(2);
    }

    @Test
    void aDetachedClientCannotBeAskedForAnotherDownload() {
        attach(0, 0).lost(null, 0);
        session.rotate(SECOND);
        assertThat(carried(attach(1, 0), SECOND)).hasSize(2);
    }

    @Test
    void aPingIsDueAfterSilenceAndIsToldToTheCarrierAndTheTimer() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        act();
        wakeUps = 0;
        session.timeIs(15 * SECOND);
        assertThat(act().deadline()).isTrue();
        assertThat(wakeUps).isOne();
        assertThat(carried(download, 15 * SECOND)).containsExactly("PING 1");
        assertThat(session.deadline()).hasValue(30 * SECOND);
    }

    @Test
    void aPingThatWaitedBehindABlockedDownloadGivesTheClientTheWholeTime() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        session.timeIs(15 * SECOND);
        assertThat(download.next(15 * SECOND)).isEqualTo(DownloadStep.WRITE);
        download.blocked(15 * SECOND);
        act();
        carried(download, 20 * SECOND);
        assertThat(session.deadline()).hasValue(35 * SECOND);
    }

    @Test
    void aPostIsASignOfLifeFromItsHeadToItsEnd() {
        DownloadAttachment download = attach(0, 0);
        carried(download, 0);
        session.timeIs(15 * SECOND);
        carried(download, 15 * SECOND);
        FrameUpload upload = session.openUpload(29 * SECOND, () -> {});
        session.timeIs(30 * SECOND);
        carried(download, 30 * SECOND);
        assertThat(session.isAttached()).as("its head came").isTrue();
        upload.received(new FrameEncoder().pong(1).take(), 44 * SECOND);
        assertThat(upload.heardAt()).isEqualTo(44 * SECOND);
        session.timeIs(45 * SECOND);
        carried(download, 45 * SECOND);
        assertThat(session.isAttached()).as("a frame came").isTrue();
        upload.completed(59 * SECOND);
        session.timeIs(60 * SECOND);
        carried(download, 60 * SECOND);
        assertThat(session.isAttached()).as("its end came").isTrue();
        session.timeIs(75 * SECOND);
        assertThat(session.isAttached()).as("nothing came").isFalse();
    }

    @Test
    void aPostThatIsCutOrSilentIsAnsweredOnceAndItsFramesCount() {
        attach(0, 0);
        FrameUpload cut = session.openUpload(0, () -> {});
        cut.received(data(0, 10), 0);
        cut.cut("lost", null, 0);
        Problem problem = requireNonNull(requireNonNull(cut.outcome()).problem());
        assertThat(problem.status()).isEqualTo(408);
        assertThat(session.availableInput()).isEqualTo(10);
        cut.timedOut("late", 0);
        cut.completed(0);
        cut.received(data(10, 10), 0);
        assertThat(session.availableInput()).isEqualTo(10);
        assertThat(requireNonNull(cut.outcome()).problem()).isSameAs(problem);

        FrameUpload slow = session.openUpload(0, () -> {});
        slow.timedOut("too slow", 0);
        Problem tooSlow = requireNonNull(requireNonNull(slow.outcome()).problem());
        assertThat(tooSlow.detail()).contains("too slow");
        slow.cut("lost", null, 0);
        assertThat(requireNonNull(slow.outcome()).problem()).isSameAs(tooSlow);

        FrameUpload half = session.openUpload(0, () -> {});
        half.received(new FrameEncoder().ping(1).take().limit(5), 0);
        half.completed(0);
        assertThat(requireNonNull(requireNonNull(half.outcome()).problem()).status())
                .isEqualTo(408);
    }

    @Test
    void answeredPostsLeaveTheirPlacesToOthers() {
        attach(0, 0);
        for (int i = 0; i < 10; i++) {
            assertThat(post(new FrameEncoder())).isEqualTo(UploadOutcome.PROCESSED);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(session.openUpload(0, () -> {}).outcome()).isNull();
        }
        assertThat(session.openUpload(0, () -> {}).outcome()).isNotNull();
    }

    @Test
    void openPostsAreAnsweredAndWokenAtTheEnd() {
        attach(0, 0);
        FrameUpload open = session.openUpload(0, () -> wakeUps++);
        act();
        wakeUps = 0;
        session.reset(Failure.application(300, "enough"));
        assertThat(woken()).isTrue();
        assertThat(requireNonNull(requireNonNull(open.outcome()).problem()).number())
                .isEqualTo(300);
    }

    @Test
    void aPostThatBreaksARuleIsRefusedAndResetsTheSession() {
        attach(0, 0);
        UploadOutcome outcome = requireNonNull(post(data(2000, 1)));
        assertThat(requireNonNull(outcome.problem()).status()).isEqualTo(413);
        assertThat(requireNonNull(session.failure()).code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        assertThat(session.isFinished()).isTrue();
    }

    @Test
    void anEndOfTheClientIsToldToTheReader() {
        attach(0, 0);
        act();
        post(data(0, 1));
        assertThat(act().input()).isTrue();
        post(new FrameEncoder().end(1));
        assertThat(act().input()).isTrue();
        assertThat(session.isInputAtEnd()).isFalse();
        assertThat(session.readInput(ByteBuffer.allocate(1))).isOne();
        assertThat(session.isInputAtEnd()).isTrue();
        assertThat(session.dialect()).isEqualTo(Dialect.DIALECT_2);
    }
}
