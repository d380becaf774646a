package io.http2duplex.benchmark.report;

import static java.util.Objects.requireNonNull;

import io.http2duplex.benchmark.Measured;
import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code RESULTS.md} and its charts from what the parts have measured. */
public final class Report {
    private Report() {}

    /** Writes the report: of the full form into the module's folder, of the short one beside its results. */
    public static void write(Settings settings) throws IOException {
        List<Section> sections = Section.all(settings);
        List<Measured> measured = sections.stream()
                .map(section -> Results.of(settings, section.part()))
                .toList();
        // Each part can be measured again by itself. Those that were not measured with the first one say when they
        // were.
        LocalDate day = measured.stream()
                .filter(part -> !part.runs().isEmpty())
                .findFirst()
                .orElse(measured.get(0))
                .on();
        Document document = new Document(settings.isFull() ? settings.directory() : settings.results());
        document.title("Results");
        document.paragraph(
                "Measured on " + day + " by `mvn -q -Pbenchmark -pl benchmark -am`: " + Machine.description() + ".");
        document.paragraph("Medians of interleaved rounds; another machine gives other figures, the ratios differ less."
                + " \"Dialect\" is this project, on its own listener or on Undertow's (\"stock\"); the load generator,"
                + " the browser and the servers share the processors.");
        Goals goals = new Goals();
        Map<String, Measurements> parts = new LinkedHashMap<>();
        for (int i = 0; i < sections.size(); i++) {
            Measurements medians = new Measurements(measured.get(i).runs());
            parts.put(sections.get(i).part(), medians);
            sections.get(i).goals(medians, goals);
        }
        document.heading("In short");
        document.paragraph(
                "In Chromium and without a delay, unless a row names something else. For times, CPU and heap less is better."
                        + " \"fetch\" is what a browser can do at best with no library and no resumption; npm's http2-duplex is what"
                        + " this project is a port of.");
        document.table(Summary.table(parts));
        document.heading("Goals");
        document.paragraph(goals.count() + " What is known of the others stands below the table.");
        document.table(goals.table());
        document.paragraph(notReached());
        for (int i = 0; i < sections.size(); i++) {
            String note = measured.get(i).note(day);
            if (!note.isEmpty()) {
                document.paragraph(note);
            }
            sections.get(i).write(new Measurements(measured.get(i).runs()), document);
        }
        document.write();
    }

    /** What is known of the goals that are not reached: written by hand, from profiles. */
    private static String notReached() throws IOException {
        try (InputStream file = requireNonNull(Report.class.getResourceAsStream("not-reached.md"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
