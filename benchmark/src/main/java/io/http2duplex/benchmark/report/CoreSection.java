package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.core.CorePart;
import java.util.Map;
import java.util.OptionalDouble;

/** What was measured of the protocol core's hot paths. */
final class CoreSection implements Section {
    /** In bytes: what counts as a small constant. */
    private static final double SMALL = 512;
    /** In bytes for each byte: what counts as nothing. */
    private static final double NOTHING = 0.01;

    private static final int SMALL_CHUNK = 32;
    private static final int LARGE_CHUNK = 8192;

    private static final Map<String, String> CORE = Document.columns("ns", "nanos", "bytes allocated", "allocated");

    @Override
    public String part() {
        return CorePart.NAME;
    }

    @Override
    public void goals(Measurements core, Goals goals) {
        allocation("receiving", "DirectionBenchmark.receive", core, goals);
        allocation("sending", "DirectionBenchmark.send", core, goals);
    }

    private static void allocation(String what, String method, Measurements core, Goals goals) {
        OptionalDouble small = core.median(SMALL_CHUNK + " bytes", method, "allocated");
        OptionalDouble large = core.median(LARGE_CHUNK + " bytes", method, "allocated");
        goals.noMore("allocation, " + what + ": a chunk of 32 bytes (bytes)", SMALL, small);
        goals.noMore("– a byte of a larger one (bytes)", NOTHING, slope(small, large));
    }

    private static OptionalDouble slope(OptionalDouble small, OptionalDouble large) {
        return small.isPresent() && large.isPresent()
                ? OptionalDouble.of((large.getAsDouble() - small.getAsDouble()) / (LARGE_CHUNK - SMALL_CHUNK))
                : OptionalDouble.empty();
    }

    @Override
    public void write(Measurements core, Document document) {
        if (!core.isEmpty()) {
            document.heading("Hot paths of the protocol core (JMH)");
        }
        for (String setting : core.settings()) {
            document.table(setting, core, setting, CORE);
        }
    }
}
