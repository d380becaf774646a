package io.http2duplex.benchmark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A table in Markdown. */
final class Table {
    private final StringBuilder text = new StringBuilder();

    /** The first column is for text, the others are for numbers. */
    Table(String... columns) {
        row(List.of(columns));
        List<String> rule = new ArrayList<>(Collections.nCopies(columns.length, "---:"));
        rule.set(0, "---");
        row(rule);
    }

    void row(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    @Override
    public String toString() {
        return text + "\n";
    }
}
