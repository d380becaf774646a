package io.http2duplex;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Session;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.protocol.dialect1.Upload;
import io.http2duplex.protocol.dialect1.UploadKind;
import io.http2duplex.protocol.dialect2.MemoryBudget;
import io.http2duplex.protocol.dialect2.ResumableSession;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionCountTest {
    private long now = Long.MAX_VALUE - 1000; // the clock may overflow
    private final Counts counts = new Counts(() -> now);
    private final SessionCount count = new SessionCount(counts);

    private DuplexStatistics statistics() {
        return counts.statistics(new Sessions<>(), new Sessions<>(), new MemoryBudget(0));
    }

    private void happened(Session session) {
        count.happened(session, session.takeSignals());
    }

    @Test
    void aLifeIsAsLongAsTheClockSays() {
        PlainSession session = new PlainSession(InMemoryCarrier.LIMITS, () -> {});
        Upload upload = session.openUpload(UploadKind.CHUNK, 300, now, () -> {});
        session.received(upload, ByteBuffer.allocate(200));
        happened(session);
        session.received(upload, ByteBuffer.allocate(100));
        happened(session);
        session.write(ByteBuffer.allocate(50));
        session.downloadTaken(20);
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
        assertThat(statistics().endedInOrder()).isEqualTo(10);
    }

    @Test
    void anEndInOrderIsToldAsSuch() {
        ResumableSession session = new ResumableSession(InMemoryCarrier.LIMITS, new MemoryBudget(0), now);
        assertThat(count.summary(session))
                .isEqualTo("of dialect 2 ended in order after 0 ms: 0 bytes up, 0 bytes down");
    }
}
