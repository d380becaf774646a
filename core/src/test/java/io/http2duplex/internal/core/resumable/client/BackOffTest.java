package io.http2duplex.internal.core.resumable.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.Deadline;
import org.junit.jupiter.api.Test;

class BackOffTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = Long.MAX_VALUE - 5;
    private final BackOff backOff = new BackOff(() -> 0.5);

    @Test
    void aFailureDuringAPauseMakesItLongerOnlyIfTheServerAsksForThat() {
        backOff.failed(now, 4 * SECOND);
        assertThat(backOff.deadline()).isEqualTo(now + 4 * SECOND);
        backOff.failed(now + SECOND, 0);
        assertThat(backOff.deadline()).isEqualTo(now + 4 * SECOND);
        backOff.failed(now + SECOND, 2 * SECOND);
        assertThat(backOff.deadline()).as("less than is left").isEqualTo(now + 4 * SECOND);
        backOff.failed(now + SECOND, 5 * SECOND);
        assertThat(backOff.deadline()).isEqualTo(now + 6 * SECOND);
        assertThat(backOff.failingSince()).isEqualTo(now);
    }

    @Test
    void theServerGetsAPauseOfTenSecondsAtMost() {
        backOff.failed(now, 60 * SECOND);
        assertThat(backOff.deadline()).isEqualTo(now + 10 * SECOND);
    }

    @Test
    void theBoundOfAPauseDoublesUpToFiveSeconds() {
        for (long bound : new long[] {0, 250, 750, 1_750, 3_750, 5_000, 5_000}) {
            backOff.failed(now, 0);
            assertThat(backOff.deadline()).isEqualTo(bound == 0 ? Deadline.NONE : now + bound * 1_000_000 / 2);
            now += 10 * SECOND;
            backOff.timeIs(now);
            assertThat(backOff.isPausing(now)).isFalse();
            assertThat(backOff.deadline()).isEqualTo(Deadline.NONE);
        }
        backOff.reset();
        assertThat(backOff.failingSince()).isEqualTo(Deadline.NONE);
        backOff.failed(now, 0);
        assertThat(backOff.isPausing(now)).isFalse();
    }
}
