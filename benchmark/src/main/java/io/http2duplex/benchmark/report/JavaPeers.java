package io.http2duplex.benchmark.report;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** Goals against peers whose servers are written in Java: to be ahead of them in everything. */
final class JavaPeers {
    private static final List<String> RATES = List.of(
            "writes.perSecond", "upload.megabytesPerSecond", "download.megabytesPerSecond", "both.megabytesPerSecond");
    private static final String ROUND_TRIP = "roundTrip.p50";

    private JavaPeers() {}

    static void goals(Measurements browser, Goals goals) {
        for (String mode : List.of("polls", "polls, Node streams", "streaming", "streaming, Node streams")) {
            for (String peer : List.of("Guacamole 1.6.0", "Atmosphere 3.1.0")) {
                for (String setting : List.of("0 ms", "50 ms")) {
                    goals.atLeast(
                            mode + " against " + peer + ", " + setting + ": what it is least ahead in",
                            1,
                            least(browser, setting, "dialect 2, " + mode, peer));
                }
            }
        }
    }

    /** {@return the least ratio of the rates and of how short round trips are; empty if any was not measured} */
    private static OptionalDouble least(Measurements browser, String setting, String system, String peer) {
        List<OptionalDouble> ratios = RATES.stream()
                .map(rate -> browser.ratio(setting, system, peer, rate))
                .toList();
        OptionalDouble roundTrip = browser.ratio(setting, peer, system, ROUND_TRIP);
        return roundTrip.isPresent() && ratios.stream().allMatch(OptionalDouble::isPresent)
                ? DoubleStream.concat(
                                ratios.stream().mapToDouble(OptionalDouble::getAsDouble),
                                DoubleStream.of(roundTrip.getAsDouble()))
                        .min()
                : OptionalDouble.empty();
    }
}
