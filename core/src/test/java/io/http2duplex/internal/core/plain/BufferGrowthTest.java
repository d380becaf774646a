package io.http2duplex.internal.core.plain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The buffers of one request grow while bytes pass fast, within the budget, and shrink again. */
class BufferGrowthTest {
    private static final int FIRST = 64 * 1024;
    private static final int GROWN = BufferSize.LARGEST;
    private static final long SLOW = Duration.ofMillis(BufferSize.FAST_MILLIS).toNanos();
    private static final SessionLimits LIMITS =
            new SessionLimits(FIRST, FIRST, FIRST, 1, 0, SLOW, 0, 0, 16 * 1024 * 1024, 0);

    private final MemoryBudget budget = new MemoryBudget(1024 * 1024);
    private final OneRequestSession session = new OneRequestSession(LIMITS, budget, () -> {});
    private final Upload upload = session.upload(-1, () -> {});
    /** Close to the largest value of the clock, which overflows in the middle of a test. */
    private long now = Long.MAX_VALUE - SLOW;

    /** The client sends, and the application reads, a bufferful in so many steps. */
    private void receive(int steps, long nanosBetween) {
        int room = upload.room();
        for (int i = 0; i < steps; i++) {
            upload.received(ByteBuffer.allocate(room / steps), now);
            now += nanosBetween;
        }
        while (session.pollInput() != null) {}
    }

    /** The application writes, and the client takes, a bufferful in so many steps. */
    private void send(int steps, long nanosBetween) {
        int room = session.outputRoom();
        session.write(ByteBuffer.allocate(room));
        for (int i = 0; i < steps; i++) {
            session.download().taken(room / steps, now);
            now += nanosBetween;
        }
    }

    private void waitForShrinking() {
        now += WindowSize.SHRINK_INTERVAL_NANOS;
        session.timeIs(now);
    }

    @Test
    void theBufferOfAnUploadGrowsOnce() {
        receive(4, 1_000);
        assertThat(upload.room()).isEqualTo(GROWN);
        assertThat(budget.reserved()).isEqualTo(GROWN - FIRST);

        receive(4, 1_000);

        assertThat(upload.room()).isEqualTo(GROWN);
        assertThat(session.outputRoom()).isEqualTo(FIRST);
    }

    @Test
    void theBufferOfADownloadGrows() {
        send(4, 1_000);

        assertThat(session.outputRoom()).isEqualTo(GROWN);
        assertThat(upload.room()).isEqualTo(FIRST);
        assertThat(budget.reserved()).isEqualTo(GROWN - FIRST);
    }

    @Test
    void oneThroughWhichBytesPassSlowlyDoesNot() {
        receive(2, SLOW);
        send(2, SLOW);

        assertThat(upload.room()).isEqualTo(FIRST);
        assertThat(session.outputRoom()).isEqualTo(FIRST);
        assertThat(session.deadline()).isEmpty();
    }

    @Test
    void aPauseBeforeABufferfulDoesNotCount() {
        receive(2, 1_000);
        now += Duration.ofMinutes(1).toNanos();
        receive(2, 1_000);

        assertThat(upload.room()).isEqualTo(GROWN);
    }

    @Test
    void itGrowsWithinTheBudget() {
        assertThat(budget.reserve(budget.bytes() - 1)).isTrue();

        receive(4, 1_000);

        assertThat(upload.room()).isEqualTo(FIRST);
        assertThat(session.deadline()).isEmpty();
    }

    @Test
    void itShrinksWhenItWasNotUsed() {
        receive(4, 1_000);
        assertThat(session.takeEffects().deadline()).isTrue();
        OptionalLong deadline = session.deadline();
        assertThat(deadline).isPresent();

        waitForShrinking(); // it was used since it had grown
        assertThat(upload.room()).isEqualTo(GROWN);
        waitForShrinking();

        assertThat(upload.room()).isEqualTo(FIRST);
        assertThat(budget.reserved()).isZero();
        assertThat(session.deadline()).isEmpty();
    }

    @Test
    void itDoesNotShrinkWhileItHoldsMore() {
        receive(4, 1_000);
        waitForShrinking();
        upload.received(ByteBuffer.allocate(FIRST + 1), now);

        waitForShrinking();
        assertThat(budget.reserved()).isEqualTo(GROWN - FIRST);
        assertThat(requireNonNull(session.pollInput()).remaining()).isEqualTo(FIRST + 1);
        waitForShrinking();

        assertThat(upload.room()).isEqualTo(FIRST);
        assertThat(budget.reserved()).isZero();
    }

    @Test
    void theEndGivesEverythingBack() {
        receive(4, 1_000);
        send(4, 1_000);
        assertThat(budget.reserved()).isEqualTo(2 * (GROWN - FIRST));

        upload.completed(now);
        session.end();
        assertThat(session.download().next(now)).isEqualTo(DownloadStep.END);
        session.download().ended(now);

        assertThat(session.isFinished()).isTrue();
        assertThat(budget.reserved()).isZero();
        assertThat(session.deadline()).isEmpty();
    }

    @Test
    void maxWindowBoundsItFurther() {
        OneRequestSession bounded = new OneRequestSession(
                new SessionLimits(FIRST, FIRST, FIRST, 1, 0, SLOW, 0, 0, FIRST + 1, 0), budget, () -> {});
        Upload itsUpload = bounded.upload(-1, () -> {});

        itsUpload.received(ByteBuffer.allocate(FIRST), now);
        while (bounded.pollInput() != null) {}

        assertThat(itsUpload.room()).isEqualTo(FIRST + 1);
    }

    @Test
    void aGivenBufferIsKeptAsItIs() {
        ByteBuffer given = ByteBuffer.allocate(10_000);
        assertThat(upload.keepsBuffers()).isTrue();
        upload.given(given, now);
        given.put(0, (byte) 1);
        assertThat(requireNonNull(session.pollInput()).get(0)).isEqualTo((byte) 1);

        upload.received(given, now);
        given.put(0, (byte) 2);

        assertThat(requireNonNull(session.pollInput()).get(0)).isEqualTo((byte) 1);
    }
}
