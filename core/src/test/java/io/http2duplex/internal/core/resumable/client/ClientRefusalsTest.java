package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static io.http2duplex.internal.core.resumable.client.TestClient.WINDOW;
import static io.http2duplex.internal.core.resumable.client.TestClient.answer;
import static io.http2duplex.internal.core.resumable.client.TestClient.frames;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What refusals of the server, and what happens to requests on the way, do to a session, and what it says of them. */
class ClientRefusalsTest {
    private final TestClient client = new TestClient(false, DownloadMode.STREAMING);
    private final ClientSession session = client.session;
    private final ClientDownload download = client.begin();

    private ClientUpload post() {
        client.write(10);
        return client.upload();
    }

    private void assertNothingIsSent() {
        assertThat(session.isFinished()).isTrue();
        assertThat(session.nextUpload(client.now)).isNull();
    }

    // ---- the server's refusals

    @Test
    void aPostThatComesAfterAResetTellsOfIt() {
        client.answer(post(), answer(Problem.sessionReset(Failure.application(300, "enough"))));
        assertThat(client.failure()).isEqualTo(Failure.application(300, "enough"));
        assertNothingIsSent();
    }

    @Test
    void soDoesAGetWithoutAReason() {
        client.cut(download);
        Attempt attempt = client.attempt();
        client.refuse(attempt, Problem.sessionReset(new Failure(ErrorCode.SHUT_DOWN, "")));
        assertThat(client.failure().code()).isEqualTo(ErrorCode.SHUT_DOWN);
        assertThat(client.failure().reason()).isEqualTo("The server has reset the duplex with the code SHUT_DOWN.");
        assertThat(session.isWanted(attempt)).isFalse();
        assertNothingIsSent();
    }

    /** The last frames of the server were lost with the download. */
    @Test
    void aSessionThatIsOverHasEndedCleanlyIfThisSideHasSentItsEnd() {
        session.end();
        client.upload();
        client.receive(download, new FrameEncoder().end(0));
        client.cut(download);
        client.refuse(client.attempt(), Problem.sessionOver());
        assertThat(session.failure()).isNull();
        assertNothingIsSent();
        assertThat(session.isReleased()).isTrue();
    }

    @Test
    void aSessionThatIsOverBeforeThisSideHasEndedHasFailed() {
        client.cut(download);
        client.refuse(client.attempt(), Problem.sessionOver());
        assertThat(client.failure())
                .isEqualTo(new Failure(
                        ErrorCode.PROTOCOL_ERROR,
                        "The server has ended the duplex before this side has. Open another one."));
        assertNothingIsSent();
    }

    @Test
    void aSessionThatTheServerDoesNotKnowIsNotReset() {
        Answer answer = answer(Problem.unknownSession());
        client.answer(post(), answer);
        assertThat(client.failure().code()).isEqualTo(ErrorCode.UNKNOWN_SESSION);
        assertThat(client.failure().reason())
                .isEqualTo("The server refused a request of the duplex with status 404: "
                        + Problem.unknownSession().detail());
        assertThat(client.failure().cause()).isSameAs(answer.exception());
        assertNothingIsSent();
    }

    @Test
    void whatElseTheServerRefusesEndsTheSessionWithAReset() {
        client.answer(post(), answer(Problem.otherAccount()));
        assertThat(client.failure().code()).isEqualTo(ErrorCode.REFUSED);
        assertThat(frames(client.upload())).containsExactly("RESET 1 ");
    }

    @Test
    void aChunkThatIsTooLargeForTheServerIsNotTriedInAnotherSize() {
        Problem tooLarge = Problem.chunkTooLarge(5);
        client.answer(post(), answer(tooLarge));
        assertThat(client.failure().code()).isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void aRefusalOfAGetEndsTheSession() {
        client.cut(download);
        Attempt attempt = client.attempt();
        client.refuse(attempt, Problem.otherAccount());
        assertThat(client.failure().code()).isEqualTo(ErrorCode.REFUSED);
        assertThat(session.isWanted(attempt)).isFalse();
    }

    @Test
    void refusalsOfRequestsThatWereGivenUpMeanNothing() {
        ClientUpload post = post();
        client.cut(download);
        Attempt attempt = client.attempt();
        client.pass(10 * SECOND);
        assertThat(session.isWanted(attempt)).isFalse();
        client.refuse(attempt, Problem.otherAccount());
        ClientDownload next = client.begin(client.attempt());
        while (session.isWanted(post)) {
            client.pass(SECOND);
            client.receive(next, new FrameEncoder().pong(0));
        }
        client.answer(post, answer(Problem.otherAccount()));
        client.answer(post, answer(Problem.tooManyUploads(4)));
        client.fail(post);
        assertThat(session.failure()).isNull();
        assertThat(session.isAttached()).isTrue();
    }

    @Test
    void aGetThatWasOvertakenIsFollowedByAnother() {
        client.cut(download);
        Attempt attempt = client.attempt();
        client.woken();
        client.refuse(attempt, Problem.staleAttach());
        assertThat(session.failure()).isNull();
        client.pass(SECOND);
        assertThat(client.attempt().number()).isEqualTo(attempt.number() + 1);
    }

    // ---- what may pass

    @Test
    void aPostThatTheServerCannotTakeNowIsSentAgainAfterThePauseThatItAsksFor() {
        ClientUpload post = post();
        session.answered(
                post,
                new Answer(429, Problem.tooManyUploads(4), 5 * SECOND, new IllegalStateException()),
                true,
                client.now);
        assertThat(post.body()).isEmpty();
        assertThat(session.isWanted(post)).isFalse();
        client.pass(5 * SECOND - 1);
        assertThat(session.nextUpload(client.now)).isNull();
        client.woken();
        client.pass(1);
        assertThat(client.woken()).isTrue();
        assertThat(frames(client.upload())).contains("DATA 0 10");
    }

    @Test
    void aGetThatTheServerCannotTakeNowIsSentAgainAfterThePauseThatItAsksFor() {
        client.cut(download);
        session.refused(
                client.attempt(),
                new Answer(503, Problem.shutDown(), 5 * SECOND, new IllegalStateException()),
                client.now);
        client.pass(5 * SECOND - 1);
        assertThat(session.nextAttempt(client.now)).isNull();
        client.pass(1);
        client.begin(client.attempt());
        assertThat(session.isAttached()).isTrue();
    }

    @Test
    void aPostThatWasCutIsSentAgainWithTheWindowThatItCarried() {
        client.data(download, 0, WINDOW / 2);
        ClientUpload post = post();
        List<String> sent = frames(post);
        assertThat(sent).containsExactly("WINDOW 524288 " + WINDOW, "DATA 0 10");
        client.woken();
        client.fail(post);
        assertThat(post.body()).isEmpty();
        assertThat(client.woken()).isTrue();
        assertThat(frames(client.upload())).isEqualTo(sent);
    }

    @Test
    void aPostThatWasProcessedIsNotSentAgain() {
        ClientUpload post = post();
        client.processed(post);
        assertThat(post.body()).isEmpty();
        assertThat(session.nextUpload(client.now)).isNull();
        client.fail(post);
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void aSessionWhosePostsFailForTheResumeTimeoutFails() {
        IllegalStateException cause = new IllegalStateException();
        long since = client.now;
        ClientUpload post = post();
        session.failed(post, "It was cut.", cause, client.now);
        for (int second = 1; second < 30; second++) {
            client.pass(SECOND);
            client.receive(download, new FrameEncoder().window(0, WINDOW));
            session.failed(client.upload(), "It was cut.", cause, client.now);
            assertThat(session.failure()).isNull();
        }
        client.pass(SECOND);
        assertThat(client.now - since).isEqualTo(30 * SECOND);
        session.failed(client.upload(), "It was cut.", cause, client.now);
        assertThat(client.failure())
                .isEqualTo(new Failure(
                        ErrorCode.CONNECTION_LOST, "No upload could be sent within 30000 ms. It was cut.", cause));
        assertThat(session.isWanted(post)).isFalse();
    }

    @Test
    void oneWhosePostsSomethingOnTheWayAnswersSaysSo() {
        client.write(10);
        Answer page = answer(502);
        for (int second = 0; second <= 30; second++) {
            client.answer(client.upload(), page);
            client.pass(SECOND);
            client.receive(download, new FrameEncoder().pong(0));
        }
        assertThat(client.failure())
                .isEqualTo(new Failure(
                        ErrorCode.CONNECTION_LOST,
                        "No upload could be sent within 30000 ms. The last answer was a page.",
                        page.exception()));
    }

    @Test
    void oneWhosePostsAreNeverAnsweredSaysSo() {
        client.write(10);
        for (int i = 0; session.failure() == null && i < 1000; i++) {
            session.nextUpload(client.now);
            client.pass(SECOND);
            client.receive(download, new FrameEncoder().pong(0));
        }
        assertThat(client.failure().reason())
                .isEqualTo("No upload could be sent within 30000 ms. A POST was not answered in time.");
    }

    @Test
    void aSessionThatIsNotResumedInTimeFailsWithTheLastAnswer() {
        Answer page = answer(502);
        client.cut(download);
        while (session.failure() == null) {
            Attempt next = session.nextAttempt(client.now);
            if (next != null) {
                session.refused(next, page, client.now);
            }
            client.pass(SECOND);
        }
        assertThat(client.failure())
                .isEqualTo(new Failure(
                        ErrorCode.CONNECTION_LOST,
                        "The duplex could not be resumed within 30000 ms. The last answer was a page.",
                        page.exception()));
    }

    @Test
    void oneWhoseAttemptsAreNotAnsweredSaysSo() {
        client.cut(download);
        client.attempt();
        client.woken();
        client.pass(10 * SECOND);
        assertThat(client.woken()).isTrue();
        while (session.failure() == null) {
            session.nextAttempt(client.now);
            client.pass(SECOND);
        }
        assertThat(client.failure().reason())
                .isEqualTo("The duplex could not be resumed within 30000 ms."
                        + " An attempt to attach brought nothing within 10000 ms.");
    }

    @Test
    void oneWhoseLastAttemptWasCutSaysSo() {
        client.cut(download);
        IllegalStateException cause = new IllegalStateException();
        while (session.failure() == null) {
            Attempt next = session.nextAttempt(client.now);
            if (next != null) {
                session.failed(next, "It got no answer.", cause, client.now);
            }
            client.pass(SECOND);
        }
        assertThat(client.failure())
                .isEqualTo(new Failure(
                        ErrorCode.CONNECTION_LOST,
                        "The duplex could not be resumed within 30000 ms. It got no answer.",
                        cause));
    }

    @Test
    void withoutAResumeTimeoutALossIsTheEnd() {
        client.resumeSeconds = 0;
        client.hello(download);
        client.cut(download);
        assertThat(client.failure().reason()).isEqualTo("The duplex could not be resumed within 0 ms. It was cut.");
    }

    // ---- what an observer is told

    @Test
    void aLossIsToldWithItsReason() {
        IllegalStateException cause = new IllegalStateException();
        client.events();
        client.woken();
        session.cut(download, "It was cut.", cause, client.now);
        assertThat(client.events()).containsExactly(new SessionEvent.Detached("It was cut.", cause));
        assertThat(client.woken()).isTrue();
        client.begin(client.attempt());
        assertThat(client.events()).containsExactly(new SessionEvent.Resumed(DownloadMode.STREAMING));
    }

    @Test
    void theReasonOfALossIsThatOfTheFailureThatFollows() {
        session.cut(download, "It was cut.", null, client.now);
        client.pass(31 * SECOND);
        assertThat(client.failure().reason()).isEqualTo("The duplex could not be resumed within 30000 ms. It was cut.");
    }

    @Test
    void theEndOfADownloadIsALoss() {
        client.events();
        session.ended(download, client.now);
        assertThat(session.isAttached()).isFalse();
        assertThat(client.events()).containsExactly(new SessionEvent.Detached("The download has ended.", null));
    }

    @Test
    void aSilentServerIsALossThatSaysHowLongItWasSilent() {
        client.events();
        client.woken();
        client.pass(22_500_000_000L);
        assertThat(client.events())
                .containsExactly(new SessionEvent.Detached("The server gave no sign of life for 22500 ms.", null));
        assertThat(client.woken()).isTrue();
        client.pass(31 * SECOND);
        assertThat(client.failure().reason())
                .isEqualTo("The duplex could not be resumed within 30000 ms."
                        + " The server gave no sign of life for 22500 ms.");
    }

    @Test
    void thatTheServerDrainsIsToldOnce() {
        client.events();
        client.drain(download);
        client.drain(download);
        assertThat(client.events()).containsExactly(new SessionEvent.Draining());
        client.cut(download);
        ClientDownload next = client.begin(client.attempt());
        client.events();
        client.drain(next);
        assertThat(client.events()).isEmpty();
    }

    @Test
    void aRotationIsToldAsAnotherAttachAndNotAsAResume() {
        client.events();
        client.pass(SECOND);
        client.rotate(download);
        client.begin(client.attempt());
        assertThat(client.events()).containsExactly(new SessionEvent.Attached(DownloadMode.STREAMING));
    }

    // ---- the timer

    /** The timer may look when the deadline of which it was told is none any more. */
    @Test
    void theTimerIsToldOfEachDeadlineThatIsEarlierThanTheOneItHasSeen() {
        client.cut(download);
        Attempt attempt = client.attempt(); // 10 seconds
        session.failed(attempt, "It got no answer.", null, client.now);
        assertThat(client.timerTold()).isTrue();
        assertThat(session.deadline()).hasValue(client.now + 30 * SECOND);
        client.now++;
        client.attempt();
        assertThat(client.timerTold()).isTrue();
        assertThat(session.deadline()).hasValue(client.now + 10 * SECOND);
        session.nextUpload(client.now);
        assertThat(client.timerTold()).as("it knows").isFalse();
    }

    @Test
    void theTimerIsToldWhenSomethingWentOnASocketThatMustBeAsked() {
        client.heartbeatSeconds = 0;
        client.hello(download);
        client.hello(session.opened(requireNonNull(session.nextSocket(client.now)), false, client.now));
        client.write(1);
        ClientUpload upload = client.upload();
        assertThat(session.deadline()).isEmpty();
        client.timerTold();
        assertThat(client.pieces(upload)).containsExactly("DATA 0 1");
        assertThat(client.timerTold()).isTrue();
        assertThat(session.deadline()).hasValue(client.now + 15 * SECOND);
    }
}
