package io.http2duplex.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.plain.PlainSession;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.core.resumable.ResumableSession;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    private static final long SECOND = 1_000_000_000;
    private static final SessionLimits LIMITS =
            new SessionLimits(100, 100, 100, 4, SECOND, SECOND, 1000 * SECOND, 15 * SECOND, 100, 0);

    private final PlainSession session = new PlainSession(LIMITS, () -> {});
    /** Close to the largest value of the clock, which overflows in the middle of a test. */
    private long now = Long.MAX_VALUE - SECOND;

    /** Lets time pass as a timer does that keeps to the deadlines. */
    private @Nullable Failure pass(Lifetime lifetime, Session of, long nanos) {
        long until = now + nanos;
        while (lifetime.deadline().isPresent() && lifetime.deadline().getAsLong() - until <= 0) {
            now = lifetime.deadline().getAsLong();
            Failure failure = lifetime.timeIs(of, now);
            if (failure != null) {
                return failure;
            }
        }
        now = until;
        return null;
    }

    private static void assertTimedOut(@Nullable Failure failure, String option) {
        assertThat(failure).isNotNull().satisfies(known -> {
            assertThat(known.code()).isEqualTo(ErrorCode.TIMED_OUT);
            assertThat(known.reason()).contains(option);
        });
    }

    @Test
    void withoutLimitsNoTimeMatters() {
        assertThat(new Lifetime(0, 0, now).deadline()).isEmpty();
    }

    @Test
    void lifeEndsAtItsTimeWhateverHappens() {
        Lifetime lifetime = new Lifetime(0, 10 * SECOND, now);
        assertThat(lifetime.deadline()).hasValue(now + 10 * SECOND);
        for (int i = 0; i < 9; i++) {
            session.write(ByteBuffer.allocate(1));
            session.download().taken(1, now);
            assertThat(pass(lifetime, session, SECOND)).isNull();
        }
        assertThat(pass(lifetime, session, SECOND - 1)).isNull();
        assertTimedOut(pass(lifetime, session, 1), "maxLife");
    }

    @Test
    void aSessionThatNeverCarriesAByteIsIdleFromItsBeginning() {
        Lifetime lifetime = new Lifetime(8 * SECOND, 0, now);
        assertThat(pass(lifetime, session, 8 * SECOND - 1)).isNull();
        assertTimedOut(pass(lifetime, session, 1), "idleTimeout");
    }

    @Test
    void aByteEitherWayKeepsASessionFromBeingIdle() {
        Lifetime lifetime = new Lifetime(8 * SECOND, 0, now);
        session.download().taken(1, now); // the first byte, which is not the application's
        for (int i = 0; i < 3; i++) { // of the POSTs none is answered
            session.openUpload(UploadKind.CHUNK, -1, now, () -> {}).received(ByteBuffer.allocate(1), now);
            session.discardInput();
            assertThat(pass(lifetime, session, 7 * SECOND)).isNull();
            session.write(ByteBuffer.allocate(1));
            session.download().taken(1, now);
            assertThat(pass(lifetime, session, 7 * SECOND)).isNull();
        }
        long lastByte = now - 7 * SECOND;
        assertTimedOut(pass(lifetime, session, 10 * SECOND), "idleTimeout");
        assertThat(now - lastByte).isBetween(8 * SECOND, 10 * SECOND);
    }

    @Test
    void idlenessIsNoticedAtMostAQuarterLateThoughOtherDeadlinesComeBetween() {
        Lifetime lifetime = new Lifetime(8 * SECOND, 0, now);
        session.download().taken(1, now); // the first byte, which is not the application's
        session.write(ByteBuffer.allocate(1));
        session.download().taken(1, now);
        long lastByte = now;
        assertThat(pass(lifetime, session, 2 * SECOND)).isNull(); // seen here
        assertThat(pass(lifetime, session, 8 * SECOND - 1)).isNull();
        assertThat(lifetime.timeIs(session, now)).isNull();
        assertTimedOut(pass(lifetime, session, 10 * SECOND), "idleTimeout");
        assertThat(now - lastByte).isEqualTo(10 * SECOND);
    }

    @Test
    void heartbeatsDoNotKeepASessionFromBeingIdle() {
        ResumableSession resumable = new ResumableSession(LIMITS, new MemoryBudget(0), now);
        var download = resumable.attach(0, 0, 100, DownloadWay.STREAMING, now, () -> {});
        Lifetime lifetime = new Lifetime(60 * SECOND, 0, now);
        Failure failure = null;
        for (int i = 0; i < 4 && failure == null; i++) {
            while (download.next(now) == DownloadStep.WRITE) {
                ByteBuffer frames = download.peek();
                download.taken(frames == null ? 0 : frames.remaining(), now);
            }
            failure = pass(lifetime, resumable, 15 * SECOND);
            resumable.openUpload(now, () -> {});
            resumable.timeIs(now);
        }
        assertTimedOut(failure, "idleTimeout");
    }

    @Test
    void theEarlierOfBothTimesCounts() {
        Lifetime lifetime = new Lifetime(8 * SECOND, SECOND, now);
        assertThat(lifetime.deadline()).hasValue(now + SECOND);
        assertTimedOut(pass(lifetime, session, 8 * SECOND), "maxLife");
    }
}
