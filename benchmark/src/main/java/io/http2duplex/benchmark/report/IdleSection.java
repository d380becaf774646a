package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.many.IdlePart;
import java.util.Map;

/** What was measured of duplexes that idle. */
final class IdleSection implements Section {
    private static final Map<String, String> IDLE = Document.columns(
            "open", "open",
            "opening, s", "open.seconds",
            "opening, server's CPU µs each", "open.cpu",
            "heap, GiB", "heap.gibibytes",
            "heap, bytes each", "heap",
            "resident, GiB", "resident.gibibytes",
            "resident, bytes each", "resident",
            "echo p50, ms", "echo.p50",
            "p99, ms", "echo.p99",
            "idle, server's CPU ms a second", "idle.cpu");

    @Override
    public String part() {
        return IdlePart.NAME;
    }

    @Override
    public void goals(Measurements idle, Goals goals) {
        goals.noMore(
                "1,000,000 idle duplexes: heap (GiB)",
                6,
                idle.median(IdlePart.MILLION, IdlePart.OWN, "heap.gibibytes"));
        goals.noMore(
                "– p99 of echoes over some of them (ms)", 250, idle.median(IdlePart.MILLION, IdlePart.OWN, "echo.p99"));
    }

    @Override
    public void write(Measurements idle, Document document) {
        for (String setting : idle.settings()) {
            document.heading("Idle: " + setting);
            document.table("system", idle, setting, IDLE);
        }
    }
}
