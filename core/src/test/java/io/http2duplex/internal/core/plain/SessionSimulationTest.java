package io.http2duplex.internal.core.plain;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SessionSimulationTest {
    private static final int SCHEDULES = 20_000;

    /** {@code -Dseed=…} runs one schedule alone, {@code -Dschedules=…} so many. */
    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void inNoScheduleIsAByteLostACutTreatedAsAnEndABoundBrokenOrAnyoneLeftWaiting() {
        Long seed = Long.getLong("seed");
        LongStream seeds = seed == null
                ? LongStream.range(0, Long.getLong("schedules", SCHEDULES)).parallel()
                : LongStream.of(seed);
        seeds.forEach(SessionSimulationTest::run);
    }

    private static void run(long seed) {
        SessionSimulation simulation = new SessionSimulation(seed);
        try {
            simulation.run();
        } catch (Throwable thrown) {
            throw new AssertionError("-Dseed=" + seed + " (" + simulation + "): " + thrown.getMessage(), thrown);
        }
    }
}
