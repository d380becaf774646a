package io.http2duplex.benchmark.report;

import java.util.List;
import java.util.OptionalDouble;

/** The goals, and whether each was reached. Those that were not measured say so. */
final class Goals {
    private final Table table = new Table("goal", "wanted", "measured", "met");
    private int measured;
    private int met;

    Table table() {
        return table;
    }

    /** {@return a sentence that says how many are met} */
    String count() {
        return "Of " + measured + " goals that were measured, " + met + " are met.";
    }

    /** Wants a figure, in the unit that the text names, to be no larger. */
    void noMore(String what, double wanted, OptionalDouble measured) {
        row(what, "≤ " + Numbers.text(wanted), measured, measured.isPresent() && measured.getAsDouble() <= wanted);
    }

    /** Wants a figure, in the unit that the text names, to be no smaller. */
    void noFewer(String what, double wanted, OptionalDouble measured) {
        row(what, "≥ " + Numbers.text(wanted), measured, measured.isPresent() && measured.getAsDouble() >= wanted);
    }

    /** Wants a ratio to be no smaller. */
    void atLeast(String what, double wanted, OptionalDouble ratio) {
        row(what, "≥ " + Numbers.text(wanted) + " ×", ratio, ratio.isPresent() && ratio.getAsDouble() >= wanted);
    }

    /** Wants a ratio to be no larger. */
    void atMost(String what, double wanted, OptionalDouble ratio) {
        row(what, "≤ " + Numbers.text(wanted) + " ×", ratio, ratio.isPresent() && ratio.getAsDouble() <= wanted);
    }

    private void row(String what, String wanted, OptionalDouble figure, boolean isMet) {
        measured += figure.isPresent() ? 1 : 0;
        met += isMet ? 1 : 0;
        table.row(List.of(what, wanted, Numbers.text(figure), figure.isEmpty() ? "–" : isMet ? "yes" : "**no**"));
    }
}
