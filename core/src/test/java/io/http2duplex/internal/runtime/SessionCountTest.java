package io.http2duplex.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexStatistics;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.plain.PlainSession;
import io.http2duplex.internal.core.plain.PlainUpload;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.handler.SimulatedHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionCountTest {
    private long now = Long.MAX_VALUE - 1000; // the clock may overflow
    private final Counters counts = new Counters(() -> now);
    private final SessionCount count = new SessionCount(counts);

    private DuplexStatistics statistics() {
        return counts.statistics(LiveTotals.NONE, new MemoryBudget(0));
    }

    private void happened(Session session) {
        count.happened(session, session.takeEffects());
    }

    @Test
    void aLifeIsAsLongAsTheClockSays() {
        PlainSession session = new PlainSession(SimulatedHost.LIMITS, () -> {});
        PlainUpload upload = session.openUpload(UploadKind.CHUNK, 300, now, () -> {});
        upload.received(ByteBuffer.allocate(200), now);
        happened(session);
        upload.received(ByteBuffer.allocate(100), now);
        happened(session);
        Download download = session.download();
        download.next(now);
        download.taken(1, now); // the first byte
        session.write(ByteBuffer.allocate(50));
        download.next(now);
        download.taken(20, now);
        happened(session);
        now += Duration.ofMillis(2500).toNanos();
        session.reset(Failure.application(300, "the client's own\r\nwords"));
        happened(session);

        assertThat(statistics().lived()).isEqualTo(Duration.ofMillis(2500));
        assertThat(statistics().upload().bytes()).isEqualTo(300);
        assertThat(statistics().upload().chunks()).isEqualTo(2);
        assertThat(count.summary(session))
                .isEqualTo("of dialect 1 failed with APPLICATION (300) after 2500 ms: 300 bytes up, 20 bytes down");
    }

    @Test
    void livesTogetherMayBeLongerThanNanosecondsCanBeCounted() {
        long days = 40_000;
        for (int i = 0; i < 10; i++) {
            counts.ended(null, Duration.ofDays(days).toNanos());
        }

        assertThat(statistics().lived()).isEqualTo(Duration.ofDays(10 * days));
        assertThat(statistics().endedCleanly()).isEqualTo(10);
    }

    @Test
    void aCleanEndIsLoggedAsSuch() {
        ResumableSession session = new ResumableSession(SimulatedHost.LIMITS, new MemoryBudget(0), now);
        assertThat(count.summary(session)).isEqualTo("of dialect 2 ended cleanly after 0 ms: 0 bytes up, 0 bytes down");
    }
}
