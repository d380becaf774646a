package io.http2duplex.internal.core.resumable.client;

import static io.http2duplex.internal.core.resumable.client.TestClient.MILLI;
import static io.http2duplex.internal.core.resumable.client.TestClient.SECOND;
import static io.http2duplex.internal.core.resumable.client.TestClient.WINDOW;
import static io.http2duplex.internal.core.resumable.client.TestClient.answer;
import static io.http2duplex.internal.core.resumable.client.TestClient.frames;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A streaming POST, or what goes on a socket: how it begins, what ends it, and what follows it. */
class ClientStreamEndsTest {
    private final TestClient client = new TestClient(true, DownloadMode.STREAMING);
    private final ClientSession session = client.session;

    private ClientDownload begin(int heartbeatSeconds) {
        client.heartbeatSeconds = heartbeatSeconds;
        return client.begin();
    }

    /** Writes a byte, with which a streaming POST begins, that sends its first PING. */
    private ClientUpload stream() {
        client.write(1);
        ClientUpload stream = client.upload();
        assertThat(stream.isStream()).isTrue();
        assertThat(stream.isSocket()).isFalse();
        assertThat(client.pieces(stream)).hasSize(2).first().asString().startsWith("PING ");
        return stream;
    }

    /** A streaming POST whose first PING is answered. */
    private ClientUpload provenStream(ClientDownload download) {
        ClientUpload stream = stream();
        client.receive(download, new FrameEncoder().pong(stream.probe).window(1, WINDOW));
        return stream;
    }

    // ---- its PINGs

    @Test
    void theFirstSixPingsFollowEachOtherWithWhatIsWritten() {
        ClientDownload download = begin(0);
        client.write(1);
        ClientUpload stream = client.upload();
        List<String> pings = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            for (String frame : client.pieces(stream)) {
                if (frame.startsWith("PING ")) {
                    pings.add(frame);
                    client.receive(download, new FrameEncoder().pong(stream.probe));
                }
            }
            client.receive(download, new FrameEncoder().window(i, WINDOW));
            client.write(1);
        }
        assertThat(pings).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void aPingThatIsNotAnsweredIsNotFollowedByAnother() {
        begin(0);
        ClientUpload stream = stream();
        client.write(1);
        assertThat(client.pieces(stream)).containsExactly("DATA 1 1");
    }

    @Test
    void laterOnesFollowWhatItCarriesWithinAHeartbeat() {
        ClientDownload download = begin(15);
        ClientUpload stream = stream();
        for (int i = 1; i <= 6; i++) {
            client.receive(download, new FrameEncoder().pong(stream.probe).window(i, WINDOW));
            client.write(1);
            client.pieces(stream);
        }
        client.receive(download, new FrameEncoder().window(7, WINDOW));
        assertThat(client.pieces(stream)).isEmpty();
        client.pass(15 * SECOND - 1);
        assertThat(client.pieces(stream)).isEmpty();
        client.woken();
        client.pass(1);
        assertThat(client.woken()).isTrue();
        assertThat(client.pieces(stream)).singleElement().asString().startsWith("PING ");
    }

    @ParameterizedTest
    @CsvSource({"4095, true", "4096, false"})
    void alatePingIsComparedWithOneOfAPostUnlessManyBytesWereBeforeIt(int count, boolean compares) {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        client.write(count);
        assertThat(client.pieces(stream)).hasSize(2).last().asString().startsWith("PING ");
        client.pass(101 * MILLI);
        client.woken();
        client.receive(download, new FrameEncoder().pong(stream.probe));
        assertThat(client.woken()).isEqualTo(compares);
        assertThat(session.nextUpload(client.now) != null).isEqualTo(compares);
    }

    @Test
    void thePostsPingIsFollowedByAnotherOfTheStreamIfItWasFaster() {
        ClientDownload download = begin(0);
        ClientUpload stream = stream();
        client.pass(201 * MILLI);
        client.receive(download, new FrameEncoder().pong(stream.probe).window(1, WINDOW));
        ClientUpload post = client.upload();
        assertThat(post.isStream()).isFalse();
        assertThat(frames(post)).singleElement().asString().startsWith("PING ");
        assertThat(session.nextUpload(client.now)).isNull();
        int ping = Integer.parseInt(frames(post).get(0).substring(5));
        client.woken();
        client.receive(download, new FrameEncoder().pong(ping));
        assertThat(client.woken()).isTrue();
        assertThat(client.pieces(stream)).singleElement().asString().startsWith("PING ");
    }

    @ParameterizedTest
    @CsvSource({"0, 3", "15, 3", "3, 3", "2, 2"})
    void postsFollowOneWhoseFirstPingIsNotAnsweredInTime(int heartbeatSeconds, int patienceSeconds) {
        begin(heartbeatSeconds);
        ClientUpload stream = stream();
        client.pass(patienceSeconds * SECOND - 1);
        assertThat(session.isWanted(stream)).isTrue();
        assertThat(session.mayStream()).isTrue();
        client.woken();
        client.pass(1);
        assertThat(session.isWanted(stream)).isFalse();
        assertThat(session.mayStream()).isFalse();
        assertThat(client.woken()).isTrue();
        ClientUpload post = client.upload();
        assertThat(post.isStream()).isFalse();
        assertThat(frames(post)).contains("DATA 0 1");
    }

    // ---- how long it may wait

    @Test
    void oneWhosePingsAreAnsweredGoesOn() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        session.timeIs(client.now);
        assertThat(session.isWanted(stream)).isTrue();
        for (int i = 0; i < 10; i++) {
            client.pass(15 * SECOND);
            client.pieces(stream); // perhaps a PING
            client.receive(download, new FrameEncoder().pong(stream.probe));
        }
        assertThat(session.isWanted(stream)).isTrue();
    }

    @Test
    void oneThatWasSilentHasThreeHeartbeatsFromThenOnWhenItCarriesSomething() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        client.pass(40 * SECOND);
        client.write(1);
        client.pieces(stream);
        client.receive(download, new FrameEncoder().pong(stream.probe));
        client.pass(45 * SECOND - 1);
        assertThat(session.isWanted(stream)).isTrue();
        client.pass(1);
        assertThat(session.isWanted(stream)).isFalse();
        assertThat(stream.wasHeld()).isTrue();
    }

    @Test
    void whatItCarriesBesidesGivesItNoMoreTime() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        client.write(1);
        client.pieces(stream);
        client.receive(download, new FrameEncoder().pong(stream.probe));
        for (int i = 0; i < 4; i++) {
            client.pass(10 * SECOND);
            client.write(1);
            client.pieces(stream);
        }
        client.pass(5 * SECOND);
        assertThat(session.isWanted(stream)).isFalse();
    }

    @Test
    void oneThatWasHeldShowsNothingAboutTheSizesOfPosts() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        client.write(40_000);
        client.pieces(stream);
        client.receive(download, new FrameEncoder().pong(stream.probe));
        client.pass(45 * SECOND);
        assertThat(session.isWanted(stream)).isFalse();
        client.pass(SECOND);
        session.answered(stream(), answer(411), false, client.now); // no more streams
        client.pass(SECOND);
        assertThat(frames(client.upload())).contains("DATA 1 40001");
    }

    // ---- answers

    @ParameterizedTest
    @ValueSource(ints = {411, 413, 501, 200})
    void postsFollowOneThatSomethingOnTheWayRefuses(int status) {
        begin(0);
        ClientUpload stream = stream();
        client.woken();
        session.answered(stream, answer(status), false, client.now);
        assertThat(session.isWanted(stream)).isFalse();
        assertThat(session.mayStream()).isFalse();
        client.pass(250 * MILLI - 1);
        assertThat(session.nextUpload(client.now)).isNull();
        client.pass(1);
        assertThat(client.woken()).isTrue();
        ClientUpload post = client.upload();
        assertThat(post.isStream()).isFalse();
        assertThat(frames(post)).contains("DATA 0 1");
    }

    @Test
    void postsFollowOneThatIsAnsweredBeforeItsEnd() {
        begin(0);
        session.answered(stream(), answer(Answer.PROCESSED), false, client.now);
        assertThat(session.mayStream()).isFalse();
        assertThat(session.isOutputOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 502, 503, 504})
    void anotherFollowsOneThatIsAnsweredAsAnyPostMayBe(int status) {
        begin(0);
        session.answered(stream(), answer(status), false, client.now);
        assertThat(session.mayStream()).isTrue();
        client.pass(SECOND);
        assertThat(client.upload().isStream()).isTrue();
    }

    @Test
    void aPostThatTheServerWantsWithALengthIsOne() {
        begin(0);
        session.answered(stream(), answer(Problem.lengthRequired()), false, client.now);
        assertThat(session.failure()).isNull();
        client.pass(SECOND);
        assertThat(client.upload().isStream()).isFalse();
    }

    @Test
    void aRefusalOfTheServerThatMayComeToAnyPostEndsTheSession() {
        begin(0);
        session.answered(stream(), answer(Problem.unknownSession()), false, client.now);
        assertThat(session.isFinished()).isTrue();
    }

    // ---- breaks

    private void breakStream() {
        client.fail(stream());
        client.pass(250 * MILLI);
    }

    @Test
    void postsFollowAfterTwoBreaksWithinAMinute() {
        begin(0);
        breakStream();
        client.pass(60 * SECOND - 250 * MILLI - 1);
        breakStream();
        client.write(1);
        assertThat(client.upload().isStream()).isFalse();
        assertThat(session.mayStream()).isFalse();
    }

    @Test
    void breaksThatAreAMinuteApartDoNotCount() {
        begin(0);
        for (int i = 0; i < 5; i++) {
            breakStream();
            client.processed(provenStream(session));
            client.pass(60 * SECOND - 250 * MILLI);
        }
        assertThat(session.mayStream()).isTrue();
    }

    private ClientUpload provenStream(ClientSession same) {
        assertThat(same.mayStream()).isTrue();
        return stream();
    }

    @ParameterizedTest
    @CsvSource({"1000000000, true", "1000000001, false"})
    void aBreakShortlyBeforeTheDownloadIsOneOfTheConnection(long nanos, boolean streams) {
        ClientDownload download = begin(0);
        client.fail(provenStream(download));
        client.pass(nanos);
        client.cut(download);
        client.begin(client.attempt());
        client.pass(SECOND);
        breakStream();
        client.write(1);
        assertThat(client.upload().isStream()).isEqualTo(streams);
    }

    @Test
    void aBreakWhileTheSessionIsDetachedIsOneOfTheConnection() {
        ClientDownload download = begin(0);
        for (int i = 0; i < 3; i++) {
            client.write(1);
            ClientUpload stream = client.upload();
            client.pieces(stream);
            client.receive(download, new FrameEncoder().pong(stream.probe));
            client.cut(download);
            assertThat(session.isWanted(stream)).as("its PING was answered").isTrue();
            client.fail(stream);
            client.pass(10 * SECOND);
            download = client.begin(client.attempt());
        }
        client.write(1);
        assertThat(client.upload().isStream()).isTrue();
    }

    // ---- the download

    @Test
    void aPingThatCannotBeAnsweredSinceTheDownloadIsLostShowsNothing() {
        ClientDownload download = begin(0);
        ClientUpload stream = stream();
        client.cut(download);
        assertThat(session.isWanted(stream)).isFalse();
        client.begin(client.attempt());
        assertThat(stream().isStream()).isTrue();
    }

    @Test
    void oneThatWorksGoesOnWithTheNextDownload() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        client.cut(download);
        client.write(1);
        assertThat(client.pieces(stream)).isEmpty();
        client.begin(client.attempt());
        assertThat(session.isWanted(stream)).isTrue();
        assertThat(stream.mustEnd()).isFalse();
        assertThat(client.pieces(stream)).contains("DATA 1 1");
    }

    @Test
    void rotateEndsItAndAnotherFollows() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        client.pass(SECOND);
        client.woken();
        client.rotate(download);
        assertThat(client.woken()).isTrue();
        assertThat(stream.mustEnd()).isTrue();
        assertThat(client.pieces(stream)).isEmpty();
        assertThat(session.isWanted(stream)).isTrue();
        client.write(1);
        assertThat(client.upload().isStream()).isTrue();
        client.processed(stream);
        assertThat(session.mayStream()).isTrue();
    }

    // ---- the end

    @Test
    void itEndsWithTheSession() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        session.end();
        assertThat(client.pieces(stream)).contains("END 1");
        client.woken();
        client.receive(download, new FrameEncoder().window(2, WINDOW).end(0));
        assertThat(session.isFinished()).isTrue();
        assertThat(client.woken()).isTrue();
        assertThat(stream.mustEnd()).isTrue();
        assertThat(frames(client.upload())).containsExactly("WINDOW 1 " + WINDOW);
    }

    @Test
    void oneThatEndsWithTheSessionIsStillAnsweredWhenTheDownloadEnds() {
        ClientDownload download = begin(0);
        session.end();
        ClientUpload stream = client.upload();
        assertThat(client.pieces(stream)).contains("END 0");
        client.receive(download, new FrameEncoder().window(1, WINDOW).end(0));
        client.processed(client.upload());
        session.ended(download, client.now);
        assertThat(session.isWanted(stream)).isTrue();
        assertThat(session.isReleased()).isFalse();
        client.processed(stream);
        assertThat(session.isReleased()).isTrue();
    }

    // ---- sockets

    private ClientDownload moveToSocket() {
        ClientDownload socket = session.opened(requireNonNull(session.nextSocket(client.now)), false, client.now);
        client.hello(socket);
        return socket;
    }

    private ClientUpload onSocket() {
        client.write(10);
        ClientUpload upload = client.upload();
        assertThat(upload.isSocket()).isTrue();
        return upload;
    }

    @Test
    void aSocketTakesThePlaceOfAStreamingPost() {
        ClientDownload download = begin(0);
        ClientUpload stream = provenStream(download);
        moveToSocket();
        assertThat(stream.mustEnd()).isTrue();
        assertThat(session.isWanted(stream)).isTrue();
        assertThat(client.pieces(onSocket())).containsExactly("DATA 1 10");
    }

    @Test
    void aPingThatIsAnsweredLateOnASocketIsComparedWithNone() {
        begin(0);
        ClientDownload socket = moveToSocket();
        ClientUpload upload = onSocket();
        client.pieces(upload);
        client.pass(15 * SECOND);
        assertThat(client.pieces(upload)).singleElement().asString().startsWith("PING ");
        client.pass(SECOND);
        client.receive(socket, new FrameEncoder().pong(upload.probe).window(10, WINDOW));
        session.leaveSocket(client.now);
        ClientDownload next = client.begin(client.attempt());
        ClientUpload stream = stream();
        assertThat(session.nextUpload(client.now)).isNull();
        client.receive(next, new FrameEncoder().pong(stream.probe));
        assertThat(session.nextUpload(client.now)).isNull();
    }

    @Test
    void whatWentOnASocketGoesAgainWhenItIsLost() {
        begin(0);
        ClientDownload socket = moveToSocket();
        ClientUpload upload = onSocket();
        assertThat(client.pieces(upload)).containsExactly("DATA 0 10");
        client.cut(socket);
        assertThat(session.isWanted(upload)).isFalse();
        client.begin(client.attempt());
        ClientUpload stream = client.upload();
        assertThat(stream.isSocket()).isFalse();
        assertThat(client.pieces(stream)).contains("DATA 0 10");
        assertThat(session.mayStream()).isTrue();
    }

    @Test
    void whatWentOnASocketGoesAgainWhenAGetTakesItsPlace() {
        begin(0);
        moveToSocket();
        ClientUpload upload = onSocket();
        client.pieces(upload);
        session.leaveSocket(client.now);
        client.begin(client.attempt());
        assertThat(session.isWanted(upload)).isFalse();
        assertThat(client.pieces(client.upload())).contains("DATA 0 10");
    }

    @Test
    void aSocketOnWhichNothingArrivesIsLeft() {
        begin(0);
        for (int i = 0; i < 3; i++) {
            moveToSocket();
            ClientUpload upload = onSocket();
            client.pieces(upload);
            client.pass(45 * SECOND);
            assertThat(session.isWanted(upload)).isFalse();
            Attempt attempt = client.attempt();
            assertThat(attempt.isRotation()).isTrue();
            client.receive(client.begin(attempt), new FrameEncoder().window(10L * i + 10, WINDOW)); // late
        }
        assertThat(session.mayStream()).as("it says nothing about POSTs").isTrue();
    }

    @Test
    void aSessionThatEndsOnASocketConfirmsTheEndInAPost() {
        begin(0);
        ClientDownload socket = moveToSocket();
        session.end();
        ClientUpload upload = client.upload();
        assertThat(upload.isSocket()).isTrue();
        assertThat(client.pieces(upload)).containsExactly("END 0");
        client.receive(socket, new FrameEncoder().end(0));
        assertThat(client.pieces(upload)).as("it may not arrive any more").containsExactly("WINDOW 1 " + WINDOW);
        client.receive(socket, new FrameEncoder().window(1, WINDOW));
        assertThat(session.isFinished()).isTrue();
        assertThat(session.isWanted(upload)).isFalse();
        ClientUpload last = client.upload();
        assertThat(last.isSocket()).isFalse();
        assertThat(frames(last)).containsExactly("WINDOW 1 " + WINDOW);
    }
}
