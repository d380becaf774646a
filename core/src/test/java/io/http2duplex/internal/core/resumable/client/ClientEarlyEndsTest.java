package io.http2duplex.internal.core.resumable.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server, or something on the way, that ends each download as soon as it has begun, or wants it replaced then. */
class ClientEarlyEndsTest {
    private static final long MILLI = 1_000_000L;

    private long now = 1;
    private int heartbeat = 15_000;
    private final ClientSession session = new ClientSession(
            new ClientLimits(1024, 1024, 0, 1000, false, List.of(DownloadMode.STREAMING), 0),
            new OpenedBy(0, DownloadMode.STREAMING),
            new MemoryBudget(0),
            () -> 0.5,
            () -> {},
            now);

    /** What becomes of a download behind its first frames. */
    private interface Use {
        void of(ClientDownload download);
    }

    private ClientDownload open(Attempt attempt, boolean poll) {
        ClientDownload download = session.opened(attempt, poll, now);
        ByteBuffer hello = ByteBuffer.allocate(12)
                .putInt(0x07000008)
                .putInt(heartbeat)
                .putInt(30_000)
                .flip();
        session.received(download, hello, now);
        session.received(download, new FrameEncoder().window(0, 1024).take(), now);
        return download;
    }

    private void receive(ClientDownload download, FrameEncoder frames) {
        session.received(download, frames.take(), now);
    }

    private void rotate(ClientDownload download) {
        session.received(download, ByteBuffer.allocate(4).putInt(0x06000000).flip(), now);
    }

    private int requestsIn10Seconds(boolean poll, Use use) {
        use.of(open(session.opening(), poll));
        int requests = 0;
        for (int i = 0; i < 2_000; i++) {
            now += 5 * MILLI;
            session.timeIs(now);
            Attempt next = session.nextAttempt(now);
            if (next != null) {
                requests++;
                use.of(open(next, poll));
            }
        }
        return requests;
    }

    @Test
    void aServerThatWantsEachDownloadReplacedAtOnceIsAskedSeldomAndEachGoesOnMeanwhile() {
        int requests = requestsIn10Seconds(false, download -> {
            receive(download, new FrameEncoder().ping(1).ping(2).ping(3));
            rotate(download);
            assertThat(session.isAttached()).isTrue();
        });
        assertThat(requests).isBetween(3, 15);
    }

    @Test
    void downloadsThatEndAtOnceAreFollowedByFewOthersWhateverFramesTheyBeginWith() {
        int requests = requestsIn10Seconds(false, download -> {
            receive(download, new FrameEncoder().ping(1).ping(2).ping(3));
            session.ended(download, now);
        });
        assertThat(requests).isBetween(3, 15);
    }

    @Test
    void pollsThatBringNothingButFramesAboutTheConnectionFollowEachOther50TimesASecondAtMost() {
        int requests = requestsIn10Seconds(true, download -> {
            receive(download, new FrameEncoder().ping(1));
            rotate(download);
            session.ended(download, now);
        });
        assertThat(requests).isBetween(100, 505);
    }

    @Test
    void aDownloadThatMustBeReplacedIsReplacedWithinHalfAHeartbeatInWhichTheServerMayEndIt() {
        heartbeat = 2_000;
        ClientDownload download = open(session.opening(), false);
        for (int i = 0; i < 10; i++) {
            rotate(download);
            long since = now;
            Attempt next = session.nextAttempt(now);
            for (; next == null; next = session.nextAttempt(now)) {
                now += MILLI;
                session.timeIs(now);
            }
            assertThat(now - since).isLessThanOrEqualTo(1_000 * MILLI);
            download = open(next, false);
        }
    }

    @Test
    void aDownloadThatTheServerWantsReplacedAfterASecondIsReplacedAtOnce() {
        ClientDownload download = open(session.opening(), false);
        for (int i = 0; i < 10; i++) {
            now += 1_000 * MILLI;
            rotate(download);
            Attempt next = session.nextAttempt(now);
            assertThat(next).isNotNull();
            if (next != null) {
                download = open(next, false);
            }
        }
    }

    @Test
    void aDownloadThatGoesOnAndOnAfterTheSessionWasResetIsGivenUp() {
        ClientDownload download = open(session.opening(), false);
        session.reset(Failure.application(300, "enough"));
        session.received(download, ByteBuffer.allocate(ClientDownloads.MOST_LATE_BYTES), now);
        assertThat(session.isWanted(download))
                .as("the server may have sent that much by then")
                .isTrue();
        session.received(download, ByteBuffer.allocate(1), now);
        assertThat(session.isWanted(download)).isFalse();
        ClientUpload reset = session.nextUpload(now);
        assertThat(reset).as("RESET still goes").isNotNull();
        if (reset != null) {
            session.answered(reset, new Answer(Answer.PROCESSED, null, 0, new IOException("204")), true, now);
        }
        assertThat(session.isReleased()).isTrue();
    }
}
