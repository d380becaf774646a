package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ResumingSimulationTest {
    private static final int SCHEDULES = 20_000;

    /** {@code -Dseed=…} runs one schedule alone, {@code -Dschedules=…} so many. */
    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void inNoScheduleIsAByteLostOrDoubledABoundBrokenOrAnyoneLeftWaiting() {
        Long seed = Long.getLong("seed");
        long count = Long.getLong("schedules", SCHEDULES);
        LongStream seeds = seed == null ? LongStream.range(0, count).parallel() : LongStream.of(seed);
        assertThat(seeds.map(ResumingSimulationTest::run).sum())
                .as("moves to a socket")
                .isGreaterThanOrEqualTo(seed == null ? count / 10 : 0);
    }

    /** {@return how often its client has moved to a socket} */
    private static int run(long seed) {
        String description = "";
        try {
            ResumingSimulation simulation = new ResumingSimulation(seed);
            description = simulation.toString();
            simulation.run();
            return simulation.moves();
        } catch (Throwable thrown) {
            throw new AssertionError("-Dseed=" + seed + " (" + description + "): " + thrown.getMessage(), thrown);
        }
    }
}
