package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static io.http2duplex.internal.core.resumable.client.TestClient.WINDOW;
import static io.http2duplex.internal.core.resumable.client.TestClient.frames;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How a session ends: which last frames go, how often, and for how long its last requests are of use. */
class ClientEndsTest {
    private final TestClient client = new TestClient(false, DownloadMode.STREAMING);
    private final ClientSession session = client.session;
    private final ClientDownload download = client.begin();

    private void endCleanly() {
        session.end();
        client.processed(client.upload());
        client.receive(download, new FrameEncoder().window(1, WINDOW).end(0));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
        assertThat(session.isReleased()).isFalse();
    }

    private void assertReleased() {
        assertThat(client.woken()).isTrue();
        assertThat(session.isReleased()).isTrue();
        assertThat(session.isWanted(download)).isFalse();
        assertThat(session.deadline()).isEmpty();
        assertThat(session.nextUpload(client.now)).isNull();
        assertThat(session.nextAttempt(client.now)).isNull();
    }

    @Test
    void aCleanEndIsConfirmedAndOnceMoreIfThatFails() {
        client.woken();
        endCleanly();
        assertThat(client.woken()).isTrue();
        ClientUpload last = client.upload();
        assertThat(frames(last)).containsExactly("WINDOW 1 " + WINDOW);
        client.fail(last);
        assertThat(client.woken()).isTrue();
        ClientUpload again = client.upload();
        assertThat(frames(again)).containsExactly("WINDOW 1 " + WINDOW);
        client.fail(again);
        assertThat(session.nextUpload(client.now)).isNull();
        assertThat(session.isWanted(download)).isTrue();
        client.pass(3 * SECOND - 1);
        assertThat(session.isReleased()).isFalse();
        client.woken();
        client.pass(1);
        assertReleased();
    }

    @Test
    void aLastFrameThatIsNotAnsweredForTwoSecondsIsSentOnceMore() {
        endCleanly();
        ClientUpload last = client.upload();
        client.pass(2 * SECOND - 1);
        assertThat(session.isWanted(last)).isTrue();
        assertThat(session.nextUpload(client.now)).isNull();
        client.woken();
        client.pass(1);
        assertThat(session.isWanted(last)).isFalse();
        assertThat(last.wasHeld()).as("its connection may be of use").isFalse();
        assertThat(client.woken()).isTrue();
        assertThat(frames(client.upload())).containsExactly("WINDOW 1 " + WINDOW);
    }

    @Test
    void aSessionIsReleasedWhenItsLastFrameIsAnsweredAndItsDownloadHasEnded() {
        endCleanly();
        client.processed(client.upload());
        assertThat(session.isReleased()).isFalse();
        assertThat(session.deadline()).isPresent();
        client.woken();
        session.ended(download, client.now);
        assertReleased();
    }

    @Test
    void whatIsUnderWayGoesOnAfterACleanEndAndCarriesNothingMore() {
        client.receive(download, new FrameEncoder().ping(1));
        ClientUpload pong = client.upload();
        session.end();
        client.processed(client.upload());
        client.receive(download, new FrameEncoder().ping(2).window(1, WINDOW).end(0));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.isWanted(pong)).isTrue();
        client.processed(client.upload());
        session.ended(download, client.now);
        assertThat(session.isReleased()).isFalse();
        client.processed(pong);
        assertReleased();
    }

    @Test
    void aResetIsSentUpToThreeTimes() {
        client.write(10);
        ClientUpload post = client.upload();
        client.woken();
        assertThat(session.reset(Failure.application(300, "because"))).isTrue();
        assertThat(session.reset(Failure.application(301, "again"))).isFalse();
        assertThat(client.woken()).isTrue();
        assertThat(session.isWanted(post)).isFalse();
        for (int i = 0; i < 3; i++) {
            ClientUpload reset = client.upload();
            assertThat(frames(reset)).containsExactly("RESET 300 because");
            assertThat(session.nextUpload(client.now)).isNull();
            client.fail(reset);
            client.pass(i * SECOND / 4);
        }
        assertThat(session.nextUpload(client.now)).isNull();
        client.pass(SECOND);
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void theLastRequestsOfAResetAreGivenUpAfterSixSeconds() {
        session.reset(Failure.application(300, "because"));
        client.upload();
        client.pass(6 * SECOND - 1);
        assertThat(session.isReleased()).isFalse();
        client.woken();
        client.pass(1);
        assertReleased();
    }

    @Test
    void aResetDoesNotWaitForAPause() {
        client.write(10);
        for (int i = 0; i < 2; i++) {
            session.answered(
                    client.upload(),
                    new Answer(503, Problem.shutDown(), 5 * SECOND, new IllegalStateException("later")),
                    true,
                    client.now);
            if (i == 0) {
                assertThat(session.nextUpload(client.now)).isNull();
                client.pass(5 * SECOND);
            }
        }
        assertThat(session.nextUpload(client.now)).isNull();
        session.reset(Failure.application(300, "because"));
        assertThat(frames(client.upload())).containsExactly("RESET 300 because");
    }

    @Test
    void theServerIsNotToldWhatTheClientSaw() {
        session.received(download, ByteBuffer.allocate(8).putInt(0x02000001).flip(), client.now);
        assertThat(client.failure().code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        assertThat(client.failure().reason()).startsWith("The server broke the protocol: ");
        assertThat(frames(client.upload())).containsExactly("RESET 2 ");
    }

    @Test
    void aResetOfTheServerIsNotAnswered() {
        client.write(10);
        ClientUpload post = client.upload();
        client.woken();
        client.receive(download, new FrameEncoder().reset(300, "enough"));
        assertThat(client.failure()).isEqualTo(Failure.application(300, "enough"));
        assertThat(client.woken()).isTrue();
        assertThat(session.isWanted(post)).isFalse();
        assertThat(session.nextUpload(client.now)).isNull();
        session.ended(download, client.now);
        assertReleased();
    }

    @Test
    void whatFollowsACleanEndMeansNothing() {
        session.end();
        client.processed(client.upload());
        client.receive(
                download,
                new FrameEncoder().window(1, WINDOW).end(0).reset(300, "late").window(7, 1));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
    }

    @Test
    void whatFollowsTheConfirmationOfTheLastEndMeansNothingEither() {
        client.receive(download, new FrameEncoder().end(0));
        session.end();
        client.upload();
        client.receive(download, new FrameEncoder().window(1, WINDOW).reset(300, "late"));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
    }

    @Test
    void whatFollowsAResetOfTheServerMeansNothing() {
        client.receive(
                download,
                new FrameEncoder()
                        .reset(300, "first")
                        .reset(301, "second")
                        .end(5)
                        .window(7, 1));
        assertThat(client.failure().number()).isEqualTo(300);
    }

    /** 204 says that all frames of a POST were processed, before any WINDOW does. */
    @Test
    void theEndIsConfirmedWhenEveryPostThatCarriesSomethingIsAnswered() {
        client.write(10);
        ClientUpload bytes = client.upload();
        session.end();
        ClientUpload end = client.upload();
        assertThat(frames(end)).containsExactly("END 10");
        client.receive(download, new FrameEncoder().end(0));
        client.processed(end);
        assertThat(session.isOutputEnded()).isFalse();
        client.processed(bytes);
        assertThat(session.isOutputEnded()).isTrue();
        assertThat(session.isFinished()).isTrue();
    }

    @Test
    void theEndIsNotConfirmedBeforeThePostThatCarriesItIsAnswered() {
        client.write(10);
        ClientUpload bytes = client.upload();
        session.end();
        ClientUpload end = client.upload();
        client.processed(bytes);
        assertThat(session.isOutputEnded()).isFalse();
        client.processed(end);
        assertThat(session.isOutputEnded()).isTrue();
    }

    @Test
    void anAnswerToAPostThatWasGivenUpConfirmsNothing() {
        session.end();
        ClientUpload end = client.upload();
        while (session.isWanted(end)) {
            client.pass(SECOND);
            client.receive(download, new FrameEncoder().pong(0));
        }
        client.processed(end);
        assertThat(session.isOutputEnded()).isFalse();
        assertThat(frames(client.upload())).contains("END 0");
    }

    /** The server has its end: the answer to the POST that says so is late. */
    @Test
    void aPostThatGoesOnIsGivenUpWhenTheServerSaysThatTheSessionIsOver() {
        session.end();
        client.processed(client.upload());
        client.rotate(download);
        client.pass(SECOND);
        Attempt rotation = client.attempt();
        client.receive(download, new FrameEncoder().window(1, WINDOW).end(0));
        assertThat(session.isFinished()).isTrue();
        ClientUpload last = client.upload();
        client.woken();

        client.refuse(rotation, Problem.sessionOver());
        assertThat(session.failure()).isNull();
        assertThat(session.isWanted(last)).isFalse();
        assertThat(session.isWanted(download)).isTrue();
        assertThat(client.woken()).isTrue();
    }

    @Test
    void aDownloadThatASocketHasReplacedIsGivenUpAtTheSessionsEndToo() {
        session.end();
        client.processed(client.upload());
        Attempt attempt = Objects.requireNonNull(session.nextSocket(client.now));
        client.receive(download, new FrameEncoder().window(1, WINDOW).end(0));
        ClientUpload last = client.upload();
        client.woken();

        session.opened(attempt, false, client.now);
        assertThat(session.isWanted(download)).isFalse();
        assertThat(session.isWanted(last)).isTrue();
        assertThat(client.woken()).isTrue();
    }
}
