package io.http2duplex.internal.core.resumable;

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
        LongStream seeds = seed == null
                ? LongStream.range(0, Long.getLong("schedules", SCHEDULES)).parallel()
                : LongStream.of(seed);
        seeds.forEach(ResumingSimulationTest::run);
    }

    private static void run(long seed) {
        String description = "";
        try {
            ResumingSimulation simulation = new ResumingSimulation(seed);
            description = simulation.toString();
            simulation.run();
        } catch (Throwable thrown) {
            throw new AssertionError("-Dseed=" + seed + " (" + description + "): " + thrown.getMessage(), thrown);
        }
    }
}
