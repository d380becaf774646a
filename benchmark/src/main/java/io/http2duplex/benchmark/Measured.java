package io.http2duplex.benchmark;

import java.time.LocalDate;
import java.util.List;

/**
 * What one part has measured, and under which circumstances.
 *
 * @param part its name
 * @param on the day, in UTC
 * @param busyBefore the share of the processors that others used before the part began, from 0 to 1
 * @param runs what was measured
 */
public record Measured(String part, LocalDate on, double busyBefore, List<Run> runs) {
    private static final double QUIET = 0.1;

    /**
     * {@return what a reader must know who takes the part's figures for those of the report; empty if there is nothing}
     *
     * @param day that the report names
     */
    public String note(LocalDate day) {
        boolean quiet = busyBefore <= QUIET;
        if (runs.isEmpty() || (day.equals(on) && quiet)) {
            return "";
        }
        String others = quiet
                ? ""
                : ", on a machine that did much else at the same time (" + Math.round(100 * busyBefore)
                        + " % of its processors' time, before it began): only ratios mean something, and the third digit"
                        + " nothing";
        return "What follows was measured on " + on + " with `-Dbenchmark.parts=" + part + "`" + others + ".";
    }
}
