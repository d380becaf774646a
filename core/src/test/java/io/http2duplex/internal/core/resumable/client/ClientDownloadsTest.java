package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.DownloadMode.POLLING;
import static io.http2duplex.DownloadMode.STREAMING;
import static io.http2duplex.DownloadMode.TYPED;
import static io.http2duplex.DownloadMode.WEBSOCKET;
import static io.http2duplex.internal.core.resumable.client.TestClient.MILLI;
import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static io.http2duplex.internal.core.resumable.client.TestClient.WINDOW;
import static io.http2duplex.internal.core.resumable.client.TestClient.frames;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a session attaches again and how, which of its downloads count, and how long it waits for the server. */
class ClientDownloadsTest {
    private TestClient client = new TestClient(0.5, true, STREAMING, TYPED, POLLING);
    private ClientSession session = client.session;

    private void clientOf(double random, DownloadMode... modes) {
        client = new TestClient(random, true, modes);
        session = client.session;
    }

    /** {@return how long it takes until the next GET is due} */
    private long pause() {
        long since = client.now;
        while (session.nextAttempt(client.now) == null) {
            client.pass(MILLI);
        }
        return client.now - since;
    }

    private ClientDownload moveToSocket() {
        Attempt attempt = requireNonNull(session.nextSocket(client.now), "there is no ticket");
        ClientDownload socket = session.opened(attempt, false, client.now);
        client.hello(socket);
        return socket;
    }

    // ---- attaching again

    @Test
    void theFirstLossIsFollowedAtOnceAndLaterOnesAfterPausesThatGrow() {
        client.cut(client.begin());
        client.cut(client.begin(client.attempt()));
        assertThat(session.nextAttempt(client.now)).isNull();
        client.pass(125 * MILLI - 1);
        assertThat(session.nextAttempt(client.now)).isNull();
        client.woken();
        client.pass(1);
        assertThat(client.woken()).isTrue();
        client.cut(client.begin(client.attempt()));
        client.pass(375 * MILLI - 1);
        assertThat(session.nextAttempt(client.now)).isNull();
        client.pass(1);
        client.attempt();
    }

    /** HELLO, WINDOW and DRAIN show nothing. */
    @ParameterizedTest
    @CsvSource({"1000, 3, false", "1000, 4, true", "999, 4, false"})
    void aDownloadHasShownThatItWorksAfterASecondByAFrameBehindTheFirstThree(int millis, int frames, boolean works) {
        client.cut(client.begin());
        ClientDownload download = client.begin(client.attempt());
        client.pass(millis * MILLI);
        for (int i = 2; i < frames; i++) {
            client.receive(download, new FrameEncoder().pong(0));
        }
        client.cut(download);
        assertThat(session.nextAttempt(client.now) != null).isEqualTo(works);
    }

    @Test
    void soHasOneThatHasBroughtSomethingAtOnce() {
        client.cut(client.begin());
        ClientDownload download = client.begin(client.attempt());
        client.receive(download, new FrameEncoder().pong(0));
        client.data(download, 0, 1);
        client.receive(download, new FrameEncoder().pong(0));
        client.cut(download);
        client.attempt();
    }

    @Test
    void aResumingGetWhoseBodyIsLostBeforeHelloIsFollowedByAnother() {
        client.cut(client.begin());
        Attempt attempt = client.attempt();
        ClientDownload download = session.opened(attempt, false, client.now);
        assertThat(session.isWanted(attempt)).isTrue();
        client.cut(download);
        assertThat(session.isWanted(attempt)).isFalse();
        client.pass(SECOND);
        assertThat(client.attempt().number()).isEqualTo(attempt.number() + 1);
    }

    @Test
    void whatComesInADownloadThatIsLostIsIgnored() {
        ClientDownload download = client.begin();
        client.cut(download);
        client.data(download, 0, 1);
        assertThat(session.availableInput()).isZero();
    }

    @Test
    void theLossOfADownloadThatWasOvertakenMeansNothing() {
        ClientDownload first = client.begin();
        client.pass(SECOND);
        client.rotate(first);
        ClientDownload second = client.begin(client.attempt());
        client.events();
        client.cut(first);
        assertThat(session.isAttached()).isTrue();
        assertThat(client.events()).isEmpty();
        assertThat(session.nextAttempt(client.now)).isNull();
        client.data(second, 0, 1);
        assertThat(session.availableInput()).isOne();
    }

    /** It is seen to end before the one that takes its place is seen to begin. */
    @Test
    void aDownloadWhosePlaceWasTakenIsNoLoss() {
        ClientDownload first = client.begin();
        client.pass(SECOND);
        client.rotate(first);
        ClientDownload second = session.opened(client.attempt(), false, client.now);
        client.events();
        session.ended(first, client.now);
        assertThat(session.isAttached()).isTrue();
        client.hello(second);
        assertThat(client.events()).isEmpty();
    }

    @Test
    void aSessionIsNotGivenUpWhileAGetThatWasSentBeforeTheLossIsUnderWay() {
        client.resumeSeconds = 5;
        ClientDownload first = client.begin();
        client.pass(SECOND);
        client.rotate(first);
        Attempt rotation = client.attempt();
        client.cut(first);
        client.pass(10 * SECOND - 1);
        assertThat(session.isWanted(rotation)).isTrue();
        assertThat(session.failure()).isNull();
        client.pass(1);
        assertThat(client.failure().code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void aGetCarriesTheLimitSoThatNoPostMust() {
        ClientDownload download = client.begin();
        client.pass(SECOND);
        client.data(download, 0, WINDOW / 2);
        session.readInput(ByteBuffer.allocate(WINDOW / 2));
        client.rotate(download);
        Attempt attempt = client.attempt();
        assertThat(attempt.offset()).isEqualTo(WINDOW / 2);
        assertThat(attempt.limit()).isEqualTo(WINDOW / 2 + WINDOW);
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void soDoesASocketAndIfItFailsAPostCarriesTheLimit() {
        ClientDownload download = client.begin();
        client.data(download, 0, WINDOW / 2);
        Attempt attempt = requireNonNull(session.nextSocket(client.now));
        assertThat(attempt.offset()).isEqualTo(WINDOW / 2);
        assertThat(session.nextUpload(client.now)).isNull();
        session.failed(attempt, "It was closed.", null, client.now);
        assertThat(frames(client.upload())).containsExactly("WINDOW 524288 " + WINDOW);
    }

    // ---- ways

    @Test
    void aGetThatBringsNothingIsFollowedByOneThatAsksForTheNextWayAndTheFirstComesAfterTheLast() {
        client.resumeSeconds = 100;
        client.cut(client.begin());
        for (DownloadMode mode : List.of(STREAMING, TYPED, POLLING, STREAMING)) {
            client.pass(SECOND);
            assertThat(client.attempt().way().mode()).isEqualTo(mode);
            client.pass(10 * SECOND);
        }
    }

    @Test
    void aServerMayAnswerByAPoll() {
        ClientDownload poll = session.opened(session.opening(), true, client.now);
        client.hello(poll);
        assertThat(session.downloadMode()).isEqualTo(POLLING);
        client.receive(poll, new FrameEncoder().window(0, WINDOW));
        session.ended(poll, client.now);
        assertThat(session.isAttached()).isTrue();
        assertThat(client.attempt().way().mode()).isEqualTo(POLLING);
    }

    @Test
    void aServerMayAnswerAPollByADownloadThatGoesOn() {
        clientOf(0, POLLING);
        ClientDownload download = session.opened(session.opening(), false, client.now);
        client.hello(download);
        assertThat(session.downloadMode()).isEqualTo(STREAMING);
        session.ended(download, client.now);
        assertThat(session.isAttached()).isFalse();
        assertThat(client.attempt().way().mode()).isEqualTo(POLLING);
    }

    /** Polls for ten minutes. {@return the GET that tries the first way} */
    private Attempt trial() {
        clientOf(0, STREAMING, POLLING);
        ClientDownload poll = session.opened(session.opening(), true, client.now);
        client.hello(poll);
        session.ended(poll, client.now);
        Attempt next = client.attempt();
        while (next.way().isPoll()) {
            client.pass(10 * SECOND);
            session.ended(client.begin(next), client.now);
            client.pass(20 * MILLI);
            next = client.attempt();
        }
        assertThat(next.way()).isEqualTo(DownloadWay.STREAMING);
        return next;
    }

    @Test
    void aWayThatWorksWhenItIsTriedAgainIsAskedForLaterToo() {
        Attempt trial = trial();
        ClientDownload download = client.begin(trial);
        assertThat(session.downloadMode()).isEqualTo(STREAMING);
        client.cut(download);
        assertThat(client.attempt().way().mode()).isEqualTo(STREAMING);
    }

    @Test
    void aTrialThatIsAnsweredByAPollShowsNothing() {
        Attempt trial = trial();
        client.events();
        ClientDownload poll = session.opened(trial, true, client.now);
        client.hello(poll);
        session.ended(poll, client.now);
        assertThat(client.events()).isEmpty();
        client.pass(20 * MILLI);
        assertThat(client.attempt().way().mode()).isEqualTo(POLLING);
    }

    @Test
    void aTrialIsGivenNoMoreTimeByItsHead() {
        Attempt trial = trial();
        client.events();
        ClientDownload held = session.opened(trial, false, client.now);
        client.pass(3 * SECOND - 1);
        assertThat(session.isWanted(held)).isTrue();
        client.pass(1);
        assertThat(session.isWanted(held)).isFalse();
        assertThat(session.downloadMode()).isEqualTo(POLLING);
        assertThat(client.attempt().way().mode()).isEqualTo(POLLING);
    }

    @ParameterizedTest
    @CsvSource({"10, STREAMING", "9, POLLING"})
    void aSessionThatMustResumeFasterThanAnAttemptMayTakeTriesNothing(int resumeSeconds, DownloadMode mode) {
        clientOf(0, STREAMING, POLLING);
        client.resumeSeconds = resumeSeconds;
        client.heartbeatSeconds = 0;
        ClientDownload poll = session.opened(session.opening(), true, client.now);
        client.hello(poll);
        client.pass(600 * SECOND); // a long poll
        session.ended(poll, client.now);
        client.pass(20 * MILLI);
        assertThat(client.attempt().way().mode()).isEqualTo(mode);
    }

    // ---- polls

    @Test
    void polledNothingThreeTimesIsFollowedAtOnceAndTheFourthTimeAfterAPause() {
        clientOf(0, POLLING);
        Attempt attempt = session.opening();
        for (int i = 1; i <= 3; i++) {
            session.ended(client.begin(attempt), client.now);
            attempt = client.attempt();
        }
        session.ended(client.begin(attempt), client.now);
        client.woken();
        client.pass(20 * MILLI - 1);
        assertThat(session.nextAttempt(client.now)).isNull();
        client.pass(1);
        assertThat(client.woken()).isTrue();
        client.attempt();
    }

    @Test
    void pollsThatBringAByteOrAConfirmationFollowEachOtherAtOnce() {
        clientOf(0, POLLING);
        client.heartbeatSeconds = 0;
        Attempt attempt = session.opening();
        ClientUpload stream = null;
        for (int i = 0; i < 20; i++) {
            ClientDownload poll = client.begin(attempt);
            if (i < 10) {
                client.data(poll, i, 1);
            } else {
                client.write(1);
                stream = stream == null ? client.upload() : stream;
                client.pieces(stream);
                client.receive(poll, new FrameEncoder().window(i - 9, WINDOW));
            }
            client.woken();
            session.ended(poll, client.now);
            assertThat(client.woken()).isTrue();
            attempt = client.attempt();
        }
    }

    @Test
    void pollsThatBringNothingAfterOneThatHasBroughtSomethingPauseToo() {
        clientOf(0, POLLING);
        ClientDownload poll = client.begin();
        client.data(poll, 0, 1);
        session.ended(poll, client.now);
        for (int i = 1; i <= 3; i++) {
            session.ended(client.begin(client.attempt()), client.now);
        }
        session.ended(client.begin(client.attempt()), client.now);
        assertThat(session.nextAttempt(client.now)).isNull();
    }

    @Test
    void aPollThatEndsWithoutAFrameIsALoss() {
        clientOf(0, POLLING);
        session.ended(client.begin(), client.now);
        ClientDownload poll = session.opened(client.attempt(), true, client.now);
        client.events();
        session.ended(poll, client.now);
        assertThat(session.isAttached()).isFalse();
        assertThat(client.events()).containsExactly(new SessionEvent.Detached("The download has ended.", null));
    }

    @Test
    void rotateMeansNothingInAPoll() {
        clientOf(0, POLLING);
        ClientDownload poll = client.begin();
        client.write(1);
        ClientUpload stream = client.upload();
        client.rotate(poll);
        assertThat(stream.mustEnd()).isFalse();
        assertThat(session.nextAttempt(client.now)).isNull();
    }

    // ---- rotation

    @Test
    void rotateOfAnOvertakenDownloadMeansNothing() {
        ClientDownload first = client.begin();
        client.pass(SECOND);
        client.rotate(first);
        client.begin(client.attempt());
        client.write(1);
        ClientUpload stream = client.upload();
        client.rotate(first);
        assertThat(stream.mustEnd()).isFalse();
        assertThat(session.nextAttempt(client.now)).isNull();
    }

    @Test
    void aRotationAfterASecondEndsThePausesOfThoseThatCameEarly() {
        ClientDownload download = client.begin();
        for (int i = 0; i < 3; i++) {
            client.rotate(download);
            pause();
            download = replaced(download);
        }
        client.rotate(download);
        assertThat(session.nextAttempt(client.now)).isNull();
        client.pass(2 * SECOND);
        download = client.begin(client.attempt());
        client.pass(SECOND);
        client.rotate(download);
        download = client.begin(client.attempt());
        client.rotate(download);
        client.attempt();
    }

    /** {@return the download of the GET that is under way} */
    private ClientDownload replaced(ClientDownload last) {
        assertThat(session.isWanted(last)).isTrue();
        return client.begin(session.opening());
    }

    // ---- sockets

    @Test
    void aSocketTakesThePlaceOfADownloadWhichIsGivenUp() {
        ClientDownload download = client.begin();
        client.events();
        client.woken();
        ClientDownload socket = moveToSocket();
        assertThat(session.isWanted(download)).isFalse();
        assertThat(session.isWanted(socket)).isTrue();
        assertThat(client.woken()).isTrue();
        assertThat(client.events()).containsExactly(new SessionEvent.Attached(WEBSOCKET));
        assertThat(session.downloadMode()).isEqualTo(WEBSOCKET);
        assertThat(session.nextSocket(client.now)).as("its ticket was used").isNotNull();
    }

    @Test
    void aSocketThatIsLeftIsGivenUpWhenAGetHasTakenItsPlace() {
        client.begin();
        ClientDownload socket = moveToSocket();
        client.woken();
        session.leaveSocket(client.now);
        assertThat(client.woken()).isTrue();
        Attempt attempt = client.attempt();
        assertThat(attempt.isRotation()).isTrue();
        assertThat(session.isWanted(socket)).isTrue();
        client.begin(attempt);
        assertThat(session.isWanted(socket)).isFalse();
        assertThat(session.downloadMode()).isEqualTo(STREAMING);
    }

    @Test
    void aSessionWithoutASocketHasNoneToLeave() {
        client.begin();
        client.woken();
        session.leaveSocket(client.now);
        assertThat(session.nextAttempt(client.now)).isNull();
    }

    @Test
    void aSocketIsLeftAtOnceHoweverManyRotationsCameEarly() {
        ClientDownload download = client.begin();
        for (int i = 0; i < 3; i++) {
            client.rotate(download);
            pause();
            download = replaced(download);
        }
        ClientDownload socket = moveToSocket();
        client.rotate(socket);
        assertThat(session.nextAttempt(client.now)).isNull();
        session.leaveSocket(client.now);
        client.attempt();
    }

    @Test
    void afterASocketWasLostAGetAsksForTheWayOfBefore() {
        client.begin();
        client.cut(moveToSocket());
        assertThat(session.isAttached()).isFalse();
        assertThat(client.attempt().way().mode()).isEqualTo(STREAMING);
    }

    // ---- the end

    @Test
    void aGetThatWouldResumeASessionThatWasResetIsGivenUp() {
        client.cut(client.begin());
        Attempt attempt = client.attempt();
        session.reset(Failure.application(300, "because"));
        assertThat(session.isWanted(attempt)).isFalse();
        assertThat(session.deadline()).hasValue(client.now + 6 * SECOND);
    }

    /** The server may have put it in the place of the download, and tells there that it knows of the reset. */
    @Test
    void aGetThatReplacesADownloadGoesOnAfterAReset() {
        ClientDownload download = client.begin();
        client.pass(SECOND);
        client.rotate(download);
        Attempt attempt = client.attempt();
        session.reset(Failure.application(300, "because"));
        assertThat(session.isWanted(attempt)).isTrue();
    }

    @Test
    void aGetGoesOnAfterACleanEnd() {
        ClientDownload download = client.begin();
        session.end();
        ClientUpload stream = client.upload();
        client.pieces(stream);
        client.pass(SECOND);
        client.rotate(download);
        Attempt attempt = client.attempt();
        client.receive(download, new FrameEncoder().window(1, WINDOW).end(0));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.isWanted(attempt)).isTrue();
        assertThat(stream.mustEnd()).isTrue();
        assertThat(session.deadline()).hasValue(client.now + 3 * SECOND);
    }

    // ---- signs of life

    @ParameterizedTest
    @CsvSource({"15, 30, 22500", "15, 20, 18750", "15, 100, 30000", "16, 1000, 32000"})
    void aServerIsTreatedAsDeadWhileThereIsTimeToResume(int heartbeat, int resume, long patienceMillis) {
        client.heartbeatSeconds = heartbeat;
        client.resumeSeconds = resume;
        client.begin();
        client.pass(patienceMillis * MILLI - 1);
        assertThat(session.isAttached()).isTrue();
        client.pass(1);
        assertThat(session.isAttached()).isFalse();
    }

    @Test
    void aServerWithoutHeartbeatsMayBeSilentForEver() {
        client.heartbeatSeconds = 0;
        client.begin();
        client.pass(100_000 * SECOND);
        assertThat(session.isAttached()).isTrue();
        assertThat(session.deadline()).isEmpty();
    }

    @Test
    void aClientThatReceivesButHasSentNothingForAHeartbeatSendsAWindow() {
        ClientDownload download = client.begin();
        client.pass(SECOND);
        client.data(download, 0, 1);
        client.pass(14 * SECOND - 1);
        assertThat(session.nextUpload(client.now)).isNull();
        client.woken();
        client.pass(1);
        assertThat(client.woken()).isTrue();
        assertThat(frames(client.upload())).containsExactly("WINDOW 1 " + WINDOW);
        client.pass(SECOND);
        client.data(download, 1, 1);
        client.pass(14 * SECOND - 1);
        assertThat(session.nextUpload(client.now)).isNull();
        client.pass(1);
        assertThat(frames(client.upload())).containsExactly("WINDOW 2 " + WINDOW);
    }

    @Test
    void aClientThatReceivesNothingSendsNone() {
        client.begin();
        client.pass(22 * SECOND);
        assertThat(session.isAttached()).isTrue();
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void withoutHeartbeatsNoSignIsSent() {
        client.heartbeatSeconds = 0;
        ClientDownload download = client.begin();
        client.pass(SECOND);
        client.data(download, 0, 1);
        client.pass(100 * SECOND);
        assertThat(session.nextUpload(client.now)).isNull();
        assertThat(session.deadline()).isEmpty();
    }
}
