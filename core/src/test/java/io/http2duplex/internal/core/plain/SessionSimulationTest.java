package io.http2duplex.internal.core.plain;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SessionSimulationTest {
    private static final int SCHEDULES = 20_000;

    /** {@code -Dseed=…} runs one schedule alone. */
    @Test
    void inNoScheduleIsAByteLostACutTakenForAnEndABoundBrokenOrAnyoneLeftWaiting() {
        Long seed = Long.getLong("seed");
        (seed == null ? LongStream.range(0, SCHEDULES) : LongStream.of(seed)).forEach(SessionSimulationTest::run);
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
