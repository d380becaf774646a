package io.http2duplex.internal.core.resumable.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A session that has left its first way down: when it leaves a way, and when it tries the first one again. */
class ClientWaysTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long PAUSE = 600 * SECOND;
    private static final int HEARTBEAT_SECONDS = 15;

    private long now = 1;
    private @Nullable ClientSession session;

    private ClientSession session() {
        return requireNonNull(session);
    }

    /** Opens a session that travels in this way. */
    private ClientDownload open(DownloadMode mode) {
        session = new ClientSession(
                new ClientLimits(1024, 1024, 0, 1000, false, DownloadMode.opening(), PAUSE),
                new OpenedBy(2, mode),
                new MemoryBudget(0),
                () -> 0,
                () -> {},
                now);
        return begin(session.opening());
    }

    /** The attempt is answered, with HELLO and WINDOW. */
    private ClientDownload begin(Attempt attempt) {
        ClientDownload download = session().opened(attempt, attempt.way().isPoll(), now);
        ByteBuffer hello = ByteBuffer.allocate(12)
                .putInt(0x07000008)
                .putInt(HEARTBEAT_SECONDS * 1000)
                .putInt(60_000)
                .flip();
        session().received(download, hello, now);
        session().received(download, new FrameEncoder().window(0, 1024).take(), now);
        return download;
    }

    private Attempt next() {
        now += 20_000_000; // polls that bring nothing follow each other no sooner
        session().timeIs(now);
        return requireNonNull(session().nextAttempt(now), "no GET is due");
    }

    /** Polls for so long. {@return the attempt after that} */
    private Attempt poll(ClientDownload first, long nanos) {
        long until = now + nanos;
        session().ended(first, now);
        Attempt attempt = next();
        while (now - until < 0) {
            assertThat(attempt.way().mode()).isEqualTo(DownloadMode.POLLING);
            now = Math.min(now + HEARTBEAT_SECONDS * SECOND, until);
            session().timeIs(now);
            session().ended(begin(attempt), now);
            attempt = next();
        }
        return attempt;
    }

    private ClientDownload loseAtAge(ClientDownload download, long seconds) {
        now += seconds * SECOND;
        session().cut(download, "It was cut.", null, now);
        session().timeIs(now);
        return begin(next());
    }

    @Test
    void aWayWhoseDownloadsAreLostThreeTimesAtASimilarAgeIsLeftForTheNext() {
        ClientDownload download = open(DownloadMode.STREAMING);
        download = loseAtAge(download, 16);
        download = loseAtAge(download, 15);
        assertThat(session().downloadMode()).isEqualTo(DownloadMode.STREAMING);
        loseAtAge(download, 16);
        assertThat(session().downloadMode()).isEqualTo(DownloadMode.TYPED);
    }

    @Test
    void downloadsThatAreLostAtAnyAgeOrAfterALongLifeKeepTheirWay() {
        ClientDownload download = open(DownloadMode.STREAMING);
        for (int seconds : new int[] {2, 16, 16, 5, 60, 60, 60}) {
            for (int second = 1; second < seconds; second++) {
                now += SECOND;
                session().received(download, new FrameEncoder().ping(1).take(), now);
            }
            download = loseAtAge(download, 1);
        }
        assertThat(session().downloadMode()).isEqualTo(DownloadMode.STREAMING);
    }

    @Test
    void aSessionThatPollsTriesTheFirstWayAfterTenMinutesAndGoesOnByItWhereItWorks() {
        Attempt trial = poll(open(DownloadMode.POLLING), PAUSE);
        assertThat(trial.way().mode()).isEqualTo(DownloadMode.STREAMING);
        session().takeEffects();

        begin(trial);
        assertThat(session().downloadMode()).isEqualTo(DownloadMode.STREAMING);
        assertThat(session().takeEffects().events()).containsExactly(new SessionEvent.Attached(DownloadMode.STREAMING));
    }

    @Test
    void aTrialThatBringsNothingIsGivenUpAfterThreeSecondsAndTheSessionStaysAttached() {
        Attempt trial = poll(open(DownloadMode.POLLING), PAUSE);
        session().takeEffects();
        ClientDownload held = session().opened(trial, false, now); // its head comes, and nothing else

        now += 3 * SECOND;
        session().timeIs(now);
        assertThat(session().isWanted(held)).isFalse();
        assertThat(session().isAttached()).isTrue();
        assertThat(session().downloadMode()).isEqualTo(DownloadMode.POLLING);
        assertThat(next().way().mode()).isEqualTo(DownloadMode.POLLING);
        assertThat(session().takeEffects().events()).isEmpty();
    }

    @Test
    void afterEachTrialItWaitsTwiceAsLong() {
        Attempt attempt = poll(open(DownloadMode.POLLING), PAUSE);
        for (long pause = 2 * PAUSE; pause <= 64 * PAUSE; pause *= 2) {
            assertThat(attempt.way().mode()).isEqualTo(DownloadMode.STREAMING);
            session().failed(attempt, "It was refused.", null, now);
            attempt = poll(begin(next()), Math.min(pause, 16 * PAUSE));
        }
        assertThat(attempt.way().mode()).isEqualTo(DownloadMode.STREAMING);
    }

    private static ClientWays ways(DownloadMode openedBy) {
        return new ClientWays(DownloadMode.opening(), openedBy, PAUSE, 0);
    }

    @Test
    void aSessionThatWasOpenedByAnotherWayTriesTheFirstAfterThePause() {
        ClientWays ways = ways(DownloadMode.TYPED);
        assertThat(ways.isTrialDue(PAUSE - 1)).isFalse();
        assertThat(ways.isTrialDue(PAUSE)).isTrue();
        assertThat(ways.isTrialDue(PAUSE)).isFalse();
        assertThat(ways(DownloadMode.STREAMING).isTrialDue(PAUSE)).isFalse();
    }

    @Test
    void agesAreSimilarThatDifferByAFifthUpTo45Seconds() {
        long[][] similar = {{45, 36, 45}, {10, 8, 9}};
        for (long[] seconds : similar) {
            assertThat(lost(ways(DownloadMode.STREAMING), seconds).mode()).isEqualTo(DownloadMode.TYPED);
        }
        long[][] others = {{45, 35, 45}, {46, 46, 46}, {10, 7, 10}};
        for (long[] seconds : others) {
            assertThat(lost(ways(DownloadMode.STREAMING), seconds).mode()).isEqualTo(DownloadMode.STREAMING);
        }
    }

    private static ClientWays lost(ClientWays ways, long... seconds) {
        for (long each : seconds) {
            ways.lost(each * SECOND, 0);
        }
        return ways;
    }

    @Test
    void theLossesOfOneWayDoNotCountForTheNext() {
        ClientWays ways = lost(ways(DownloadMode.STREAMING), 10, 10, 10, 10, 10);
        assertThat(ways.mode()).isEqualTo(DownloadMode.TYPED);
        assertThat(lost(ways, 10).mode()).isEqualTo(DownloadMode.POLLING);
        assertThat(lost(ways, 10, 10, 10).mode()).as("it is the last").isEqualTo(DownloadMode.POLLING);
    }

    @Test
    void norDoThoseBeforeADownloadThatBroughtNothing() {
        ClientWays ways = lost(ways(DownloadMode.STREAMING), 10, 10);
        ways.broughtNothing(0);
        assertThat(ways.mode()).isEqualTo(DownloadMode.TYPED);
        assertThat(lost(ways, 10).mode()).isEqualTo(DownloadMode.TYPED);
    }
}
