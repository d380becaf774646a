package io.http2duplex.internal.core.resumable.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ordinary POSTs, where something on the way refuses some. */
class ClientPostsTest {
    private static final int WINDOW = 1 << 20;
    private static final int LENGTH = 100_000;
    private static final long HEARTBEAT = 15_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final long RESUME_TIMEOUT = 2 * HEARTBEAT;

    private long now = Long.MAX_VALUE - 5;
    private final ClientSession session = new ClientSession(
            new ClientLimits(WINDOW, WINDOW, 0, WINDOW, false, List.of(DownloadMode.STREAMING), 0),
            new OpenedBy(0, DownloadMode.STREAMING),
            new MemoryBudget(0),
            () -> 0,
            () -> {},
            now);

    private void answer(ClientUpload post, int status) {
        session.answered(post, new Answer(status, null, 0, new IllegalStateException("the answer")), true, now);
    }

    private static ByteBuffer hello() {
        return ByteBuffer.allocate(12)
                .putInt(0x07000008)
                .putInt(15_000)
                .putInt(30_000)
                .flip();
    }

    private ClientDownload begin() {
        ClientDownload download = session.opened(session.opening(), false, now);
        session.received(download, hello(), now);
        session.received(download, new FrameEncoder().window(0, WINDOW).take(), now);
        return download;
    }

    private void ping(ClientDownload download) {
        session.received(download, new FrameEncoder().ping(1).take(), now);
    }

    private ClientUpload next() {
        return requireNonNull(session.nextUpload(now), "there is no POST");
    }

    @Test
    void whatIsTooLargeForSomethingOnTheWayGoesInSmallerOnesOneAtATimeUntilOneIsTaken() {
        begin();
        session.writeCopy(ByteBuffer.allocate(LENGTH));

        long length = LENGTH;
        for (int i = 0; i < 3; i++) {
            ClientUpload post = next();
            assertThat(post.length()).isBetween(length, length + 100);
            assertThat(session.nextUpload(now)).isNull();
            answer(post, Answer.TOO_LARGE);
            length = post.length() / 2;
        }
        answer(next(), Answer.PROCESSED);
        assertThat(next().length()).isBetween(length, length + 100);
        assertThat(next().length()).isBetween(length, length + 100);
    }

    @Test
    void bytesDoNotWaitForThoseWithoutBytesThatAreNeverAnswered() {
        ClientDownload download = begin();
        for (int i = 0; i < 5; i++) {
            ping(download);
            next();
        }
        session.writeCopy(ByteBuffer.allocate(LENGTH));
        assertThat(next().length()).isGreaterThan(LENGTH);
    }

    @Test
    void noMoreAreUnderWayThanAServerMustAcceptExceptTheLastFrame() {
        ClientDownload download = begin();
        ping(download);
        ClientUpload first = next();
        for (int i = 1; i < 16; i++) {
            ping(download);
            next();
        }
        ping(download);
        session.writeCopy(ByteBuffer.allocate(LENGTH));
        session.end();
        assertThat(session.nextUpload(now)).isNull();

        answer(first, Answer.PROCESSED);
        assertThat(next().length()).isGreaterThan(LENGTH);
        ping(download);
        assertThat(session.nextUpload(now)).isNull();

        session.received(
                download, new FrameEncoder().window(LENGTH + 1, WINDOW).end(0).take(), now);
        assertThat(session.isFinished()).isTrue();
        next();
    }

    @Test
    void thoseThatAreLostEachTimeWithASilentServerCountWithoutItsLastSilence() {
        ClientDownload download = begin();
        session.writeCopy(ByteBuffer.allocate(LENGTH));
        for (long heard = 0; heard <= RESUME_TIMEOUT; heard += HEARTBEAT) {
            assertThat(session.failure()).isNull();
            ClientUpload post = next();
            now += HEARTBEAT;
            session.received(download, new FrameEncoder().pong(0).take(), now);
            now += RESUME_TIMEOUT * 3 / 4;
            session.timeIs(now);
            assertThat(session.isWanted(post)).isFalse();
            if (session.failure() == null) {
                download = session.opened(requireNonNull(session.nextAttempt(now)), false, now);
                session.received(download, hello(), now);
            }
        }
        assertThat(requireNonNull(session.failure()).reason()).startsWith("No upload could be sent within 30000 ms.");
    }

    /** {@return a POST that was sent, after one that was lost, just before the computer slept for so long} */
    private ClientUpload sleepAfterALoss(int seconds) {
        session.writeCopy(ByteBuffer.allocate(LENGTH));
        answer(next(), 503);
        now += SECOND;
        session.timeIs(now);
        ClientUpload again = next();
        now += seconds * SECOND;
        return again;
    }

    @ParameterizedTest
    @CsvSource({"30", "59"})
    void whatTheServerHadSentMeanwhileDoesNotMakeASleepCount(int seconds) {
        ClientDownload download = begin();
        ClientUpload again = sleepAfterALoss(seconds);
        ping(download);
        answer(again, 503);
        assertThat(session.failure()).isNull();
    }

    /** The server may be alive for as long as it waits for a client that is silent, and then for one that is detached. */
    @ParameterizedTest
    @CsvSource({"30, true", "30, false", "59, true", "59, false"})
    void aComputerThatSleepsAfterOneWasLostGoesOnWhenItWakes(int seconds, boolean timerFirst) {
        ClientDownload download = begin();
        ClientUpload again = sleepAfterALoss(seconds);
        if (timerFirst) {
            session.timeIs(now);
        }
        answer(again, 503);
        session.cut(download, "It was cut.", null, now);
        assertThat(session.failure()).isNull();
        now += SECOND;
        session.timeIs(now);
        ClientDownload other = session.opened(requireNonNull(session.nextAttempt(now)), false, now);
        session.received(other, hello(), now);
        answer(next(), 503);
        assertThat(session.failure()).as("the sleep counts no more").isNull();
    }
}
