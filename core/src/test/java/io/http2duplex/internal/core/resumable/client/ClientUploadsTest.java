package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.internal.core.resumable.client.TestClient.MAX_POST;
import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static io.http2duplex.internal.core.resumable.client.TestClient.WINDOW;
import static io.http2duplex.internal.core.resumable.client.TestClient.frames;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ordinary POSTs: how many go at once, when one is given up, and what is sent again. */
class ClientUploadsTest {
    private final TestClient client = new TestClient(false, DownloadMode.STREAMING);
    private final ClientSession session = client.session;
    private ClientUpload lastFull = new ClientUpload(false, false, client.now);

    /** A server without heartbeats may be silent. */
    private ClientDownload begin() {
        return begin(0);
    }

    private ClientDownload begin(int heartbeatSeconds) {
        client.heartbeatSeconds = heartbeatSeconds;
        return client.begin();
    }

    private ClientUpload post(int count) {
        client.write(count);
        return client.upload();
    }

    private void refuseFor(ClientUpload post, long nanos) {
        session.answered(
                post, new Answer(503, Problem.shutDown(), nanos, new IllegalStateException()), true, client.now);
    }

    // ---- how many, and what goes in them

    @Test
    void theCarrierIsNotWokenForNothing() {
        ClientDownload download = begin();
        client.woken();
        client.receive(download, new FrameEncoder().pong(0).window(0, WINDOW));
        assertThat(client.woken()).isFalse();
        client.write(1);
        assertThat(client.woken()).isTrue();
        client.upload();
        client.receive(download, new FrameEncoder().pong(0));
        assertThat(client.woken()).isFalse();
        client.receive(download, new FrameEncoder().reset(300, "enough"));
        assertThat(client.woken()).isTrue();
        client.receive(download, new FrameEncoder().pong(0));
        assertThat(client.woken()).isFalse();
    }

    @Test
    void aDetachedCarrierIsNotWokenForBytes() {
        ClientDownload download = begin();
        client.cut(download);
        client.attempt();
        client.woken();
        client.write(1);
        assertThat(client.woken()).isFalse();
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void fourWithBytesAreUnderWayAndMoreOnlyIfTheyAreFull() {
        begin();
        for (int i = 0; i < 4; i++) {
            post(1);
        }
        client.write(MAX_POST - 1);
        assertThat(session.nextUpload(client.now)).isNull();
        assertThat(frames(post(1))).containsExactly("DATA 4 " + MAX_POST);
        client.write(1);
        assertThat(session.nextUpload(client.now)).isNull();
        client.write(12 * MAX_POST);
        for (int i = 5; i < 12; i++) {
            client.upload();
        }
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void theEndWaitsForAPlaceAsBytesDo() {
        ClientDownload download = begin();
        ClientUpload first = post(1);
        for (int i = 1; i < 4; i++) {
            post(1);
        }
        session.end();
        client.receive(download, new FrameEncoder().ping(7));
        assertThat(frames(client.upload())).containsExactly("WINDOW 0 " + WINDOW, "PONG 7");
        client.processed(first);
        assertThat(frames(client.upload())).containsExactly("END 4");
    }

    @Test
    void ofManyPingsTheLastAreAnswered() {
        ClientDownload download = begin();
        FrameEncoder pings = new FrameEncoder();
        for (int i = 1; i <= 20; i++) {
            pings.ping(i);
        }
        client.receive(download, pings);
        assertThat(frames(client.upload()))
                .hasSize(17)
                .contains("PONG 5")
                .last()
                .isEqualTo("PONG 20");
    }

    @Test
    void aPingOfALostPostIsAnsweredAgain() {
        ClientDownload download = begin();
        client.receive(download, new FrameEncoder().ping(7));
        ClientUpload pong = client.upload();
        assertThat(session.nextUpload(client.now)).isNull();
        client.fail(pong);
        assertThat(frames(client.upload())).containsExactly("WINDOW 0 " + WINDOW, "PONG 7");
    }

    @Test
    void anEndThatWasLostIsSentAgain() {
        begin();
        session.end();
        ClientUpload end = client.upload();
        assertThat(frames(end)).containsExactly("END 0");
        client.fail(end);
        assertThat(frames(client.upload())).containsExactly("END 0");
    }

    // ---- asking for a confirmation

    /** Fills the buffer by more than half, sends that, and waits for room. {@return the POST that asks} */
    private ClientUpload fillAndAsk() {
        for (int i = 0; i < 12; i++) {
            lastFull = post(MAX_POST);
        }
        session.notifyOutputRoom();
        ClientUpload asking = client.upload();
        assertThat(frames(asking)).containsExactly("PING 1");
        assertThat(session.nextUpload(client.now)).isNull();
        return asking;
    }

    @Test
    void aPingThatAsksForAConfirmationIsSentAgainIfItWasLost() {
        begin();
        ClientUpload asking = fillAndAsk();
        client.fail(asking);
        assertThat(frames(client.upload())).containsExactly("PING 2");
    }

    @Test
    void theLossOfAnotherPostDoesNotAskAgain() {
        ClientDownload download = begin();
        fillAndAsk();
        client.receive(download, new FrameEncoder().ping(7));
        ClientUpload pong = client.upload();
        client.fail(pong);
        assertThat(frames(client.upload())).containsExactly("WINDOW 0 " + WINDOW, "PONG 7");
    }

    @Test
    void aPongThatWasLostWithTheDownloadIsAskedForAgain() {
        ClientDownload download = begin();
        client.processed(fillAndAsk());
        client.cut(download);
        client.begin(client.attempt());
        assertThat(frames(client.upload())).containsExactly("PING 2");
    }

    @Test
    void afterAPongThatConfirmsTooLittleTheServerIsAskedAgainWhenMoreWasTaken() {
        ClientDownload download = begin();
        fillAndAsk();
        client.receive(download, new FrameEncoder().pong(1));
        assertThat(session.nextUpload(client.now))
                .as("it would answer the same")
                .isNull();
        client.processed(lastFull);
        assertThat(frames(client.upload())).containsExactly("PING 2");
    }

    // ---- when one is given up

    @ParameterizedTest
    @CsvSource({"0, 45", "5, 15", "15, 45"})
    void aPostOfWhichNothingIsConfirmedIsGivenUpAfterThreeHeartbeats(int heartbeatSeconds, int patienceSeconds) {
        ClientDownload download = begin(heartbeatSeconds);
        ClientUpload post = post(10);
        long since = client.now;
        while (client.now - since < patienceSeconds * SECOND - SECOND) {
            client.pass(SECOND);
            client.receive(download, new FrameEncoder().window(0, WINDOW)); // it confirms nothing new
        }
        client.pass(SECOND - 1);
        assertThat(session.isWanted(post)).isTrue();
        client.woken();
        client.pass(1);
        assertThat(session.isWanted(post)).isFalse();
        assertThat(post.wasHeld()).isTrue();
        assertThat(client.woken()).isTrue();
        assertThat(frames(client.upload())).contains("DATA 0 10");
    }

    @Test
    void aPostIsGivenMoreTimeWhileTheOnesBeforeItArrive() {
        begin();
        ClientUpload first = post(10);
        ClientUpload second = post(10);
        client.pass(40 * SECOND);
        client.processed(first);
        client.pass(45 * SECOND - 1);
        assertThat(session.isWanted(second)).isTrue();
        client.pass(1);
        assertThat(session.isWanted(second)).isFalse();
    }

    @Test
    void thoseBehindItGiveAPostNoMoreTime() {
        begin();
        ClientUpload first = post(10);
        ClientUpload second = post(10);
        client.pass(40 * SECOND);
        client.processed(second);
        client.pass(5 * SECOND);
        assertThat(session.isWanted(first)).isFalse();
    }

    @Test
    void aConfirmationGivesAPostMoreTime() {
        ClientDownload download = begin();
        ClientUpload post = post(10);
        client.pass(40 * SECOND);
        client.receive(download, new FrameEncoder().window(5, WINDOW));
        client.pass(45 * SECOND - 1);
        assertThat(session.isWanted(post)).isTrue();
        client.pass(1);
        assertThat(session.isWanted(post)).isFalse();
    }

    @Test
    void afterOneWasHeldTheNextIsSmaller() {
        begin();
        post(40_000);
        client.pass(45 * SECOND);
        assertThat(client.upload().length()).isBetween(10_000L, 10_100L);
    }

    @Test
    void oneThatWasHeldWithoutBytesShowsNothingAboutSizes() {
        ClientDownload download = begin();
        client.receive(download, new FrameEncoder().ping(7));
        client.upload();
        client.pass(45 * SECOND);
        client.write(40_000);
        assertThat(frames(client.upload())).contains("DATA 0 40000");
    }

    // ---- pauses, and when the session is given up

    @Test
    void aSuccessEndsAPause() {
        begin();
        ClientUpload first = post(10);
        ClientUpload second = post(10);
        refuseFor(first, 5 * SECOND);
        assertThat(session.nextUpload(client.now)).isNull();
        client.processed(second);
        assertThat(frames(client.upload())).containsExactly("DATA 0 20");
    }

    @Test
    void anotherDownloadEndsAPause() {
        ClientDownload download = begin();
        refuseFor(post(10), 10 * SECOND);
        client.cut(download);
        client.begin(client.attempt());
        assertThat(frames(client.upload())).containsExactly("DATA 0 10");
    }

    @Test
    void downloadsDoNotBeginTheTimeAnewInWhichNoUploadArrivesAndTimesWithoutOneDoNotCount() {
        ClientDownload download = begin();
        client.fail(post(10)); // from now on
        client.pass(10 * SECOND);
        client.cut(download);
        Attempt attempt = client.attempt();
        client.pass(5 * SECOND);
        client.begin(attempt);
        client.pass(20 * SECOND - 1);
        client.fail(client.upload());
        assertThat(session.failure()).isNull();
        client.pass(1);
        client.fail(client.upload());
        assertThat(client.failure().code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void aConfirmationBeginsThatTimeAnew() {
        ClientDownload download = begin();
        client.fail(post(10));
        client.pass(20 * SECOND);
        client.receive(download, new FrameEncoder().window(5, WINDOW));
        client.pass(29 * SECOND);
        client.fail(client.upload());
        assertThat(session.failure()).isNull();
    }

    @Test
    void aWindowThatConfirmsNothingDoesNotBeginThatTimeAnew() {
        ClientDownload download = begin();
        client.receive(download, new FrameEncoder().ping(7));
        for (int second = 0; second < 30; second++) {
            client.fail(client.upload());
            client.pass(SECOND);
            client.receive(download, new FrameEncoder().window(0, WINDOW));
        }
        assertThat(session.failure()).isNull();
        client.fail(client.upload());
        assertThat(client.failure().code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void anAnswerToAPostThatWasGivenUpEndsNoPause() {
        begin();
        ClientUpload lost = post(10);
        client.fail(lost);
        refuseFor(client.upload(), 5 * SECOND);
        client.processed(lost);
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void aTimeInWhichThereWasNothingToSendDoesNotCount() {
        ClientDownload download = begin();
        client.data(download, 0, WINDOW / 2);
        client.fail(client.upload()); // a WINDOW
        Objects.requireNonNull(session.nextSocket(client.now)); // carries it
        assertThat(session.nextUpload(client.now)).isNull();
        client.pass(10 * SECOND);
        client.attempt(); // carries it
        assertThat(session.nextUpload(client.now)).isNull();
        client.pass(10 * SECOND);
        ClientUpload window = client.upload();
        client.pass(11 * SECOND);
        client.fail(window);
        assertThat(session.failure()).isNull();
    }
}
