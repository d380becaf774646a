package io.http2duplex.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The report while it is written: {@code RESULTS.md}, and its charts in a folder beside it. */
final class Document {
    private final Path folder;
    private final StringBuilder text = new StringBuilder();

    Document(Path folder) {
        this.folder = folder;
    }

    /** {@return columns of a table: the title of each by the name of its figure, since two may have one title} */
    static Map<String, String> columns(String... titlesAndFigures) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < titlesAndFigures.length; i += 2) {
            columns.put(titlesAndFigures[i + 1], titlesAndFigures[i]);
        }
        return columns;
    }

    void title(String title) {
        text.append("# ").append(title).append("\n\n");
    }

    void heading(String heading) {
        text.append("## ").append(heading).append("\n\n");
    }

    void paragraph(String paragraph) {
        text.append(paragraph).append("\n\n");
    }

    void table(Table table) {
        text.append(table);
    }

    /**
     * Tells the medians of a setting: a row for each system, and of the columns those that any system has a figure for.
     *
     * @param corner the title of the systems' column
     */
    void table(String corner, Measurements measurements, String setting, Map<String, String> columns) {
        Map<String, String> measured = new LinkedHashMap<>(columns);
        measured.keySet()
                .removeIf(figure -> measurements.systems(setting).stream()
                        .allMatch(system ->
                                measurements.median(setting, system, figure).isEmpty()));
        List<String> head = new ArrayList<>(List.of(corner));
        head.addAll(measured.values());
        Table table = new Table(head.toArray(new String[0]));
        for (String system : measurements.systems(setting)) {
            List<String> row = new ArrayList<>(List.of(system));
            measured.keySet().forEach(figure -> row.add(Numbers.text(measurements.median(setting, system, figure))));
            table.row(row);
        }
        table(table);
    }

    /** Writes a section that is one such table, if anything was measured in its setting. */
    void section(String title, String setting, Measurements measurements, Map<String, String> columns) {
        if (!measurements.systems(setting).isEmpty()) {
            heading(title);
            table("system", measurements, setting, columns);
        }
    }

    /** Draws one figure of each system. */
    void chart(String name, String title, Measurements measurements, String setting, String figure) throws IOException {
        BarChart chart = new BarChart(title);
        for (String system : measurements.systems(setting)) {
            OptionalDouble value = measurements.median(setting, system, figure);
            value.ifPresent(number -> chart.bar(system, number));
        }
        picture(name, title, chart.svg());
    }

    void picture(String name, String title, String svg) throws IOException {
        String file = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
        Files.createDirectories(folder.resolve("charts"));
        Files.writeString(folder.resolve("charts").resolve(file), svg);
        paragraph("![" + title + "](charts/" + file + ")");
    }

    void write() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("RESULTS.md"), text.toString().stripTrailing() + "\n");
    }
}
