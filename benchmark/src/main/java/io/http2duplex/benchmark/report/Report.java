package io.http2duplex.benchmark.report;

import static java.util.Objects.requireNonNull;

import io.http2duplex.benchmark.Measured;
import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.browser.BrowserPart;
import io.http2duplex.benchmark.browser.BrowserTrace;
import io.http2duplex.benchmark.clients.ClientsPart;
import io.http2duplex.benchmark.core.CorePart;
import io.http2duplex.benchmark.many.ManyPart;
import io.http2duplex.benchmark.many.Profile;
import io.http2duplex.benchmark.report.RoundTrips.Lane;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Writes {@code RESULTS.md} and its charts from what the parts have measured. */
public final class Report {
    private static final Map<String, String> BROWSER = columns(
            "round trip p50, ms", "roundTrip.p50",
            "p99, ms", "roundTrip.p99",
            "small writes/s", "writes.perSecond",
            "up, MB/s", "upload.megabytesPerSecond",
            "down, MB/s", "download.megabytesPerSecond",
            "both, MB/s each way", "both.megabytesPerSecond",
            "open 50, ms", "open.millis");
    private static final Map<String, String> CPU = columns(
            "page, up", "upload.cpu.page",
            "page, down", "download.cpu.page",
            "page, 1,000 writes", "writes.cpu.page",
            "browser, up", "upload.cpu.browser",
            "browser, down", "download.cpu.browser",
            "browser, 1,000 writes", "writes.cpu.browser",
            "server, up", "upload.cpu.server",
            "server, down", "download.cpu.server",
            "server, 1,000 writes", "writes.cpu.server");
    private static final Map<String, String> MANY = columns(
            "heap, bytes each", "heap",
            "resident, bytes each", "resident",
            "opening, ms", "open.millis",
            "opening, CPU µs each", "open.cpu",
            "POST echoes/s", "POST.perSecond",
            "p50, ms", "POST.p50",
            "p99, ms", "POST.p99",
            "CPU µs an echo", "POST.cpu",
            "streaming echoes/s", "streaming.perSecond",
            "p50, ms", "streaming.p50",
            "p99, ms", "streaming.p99",
            "CPU µs an echo", "streaming.cpu");
    private static final Map<String, String> CLIENTS = columns(
            "round trip p50, ms", "roundTrip.p50",
            "small writes/s", "writes.perSecond",
            "up, MB/s", "upload.megabytesPerSecond",
            "down, MB/s", "download.megabytesPerSecond",
            "both, MB/s each way", "both.megabytesPerSecond",
            "server's CPU µs a small write", "writes.cpu",
            "ms a MB up", "upload.cpu",
            "ms a MB down", "download.cpu",
            "ms a MB each way", "both.cpu",
            "heap, bytes each", "heap");
    private static final Map<String, String> CORE = columns("ns", "nanos", "bytes allocated", "allocated");

    private final Settings settings;
    private final Path folder;
    private final StringBuilder text = new StringBuilder();

    private Report(Settings settings) {
        this.settings = settings;
        folder = settings.isFull() ? settings.directory() : settings.results();
    }

    /** Writes the report: of the full form into the module's folder, of the short one beside its results. */
    public static void write(Settings settings) throws IOException {
        new Report(settings).write();
    }

    private static Map<String, String> columns(String... titlesAndFigures) {
        // By figure, since two columns may have one title.
        Map<String, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < titlesAndFigures.length; i += 2) {
            columns.put(titlesAndFigures[i + 1], titlesAndFigures[i]);
        }
        return columns;
    }

    private void write() throws IOException {
        Measured inBrowser = Results.of(settings, BrowserPart.NAME);
        Measured ofMany = Results.of(settings, ManyPart.NAME);
        Measured ofClients = Results.of(settings, ClientsPart.NAME);
        Measured inCore = Results.of(settings, CorePart.NAME);
        // Each part can be measured again by itself. Those that were not measured with the first one say when they
        // were.
        LocalDate day = Stream.of(inBrowser, ofMany, ofClients, inCore)
                .filter(measured -> !measured.runs().isEmpty())
                .findFirst()
                .orElse(inBrowser)
                .on();
        Measurements browser = new Measurements(inBrowser.runs());
        Measurements many = new Measurements(ofMany.runs());
        Measurements clients = new Measurements(ofClients.runs());
        Measurements core = new Measurements(inCore.runs());
        text.append("# Results\n\n");
        paragraph("Measured on " + day + " by `mvn -q -Pbenchmark -pl benchmark -am`: " + Machine.description() + ".");
        paragraph("Medians of interleaved rounds; another machine gives other figures, the ratios differ less."
                + " \"Dialect\" is this project, on its own listener or on Undertow's (\"stock\"); the load generator,"
                + " the browser and the servers share the processors.");
        text.append("## Goals\n\n").append(new Goals(browser, many, clients, core).table());
        notReached();
        note(inBrowser, day);
        browser(browser);
        roundTrips();
        note(ofMany, day);
        many(many);
        profiles();
        note(ofClients, day);
        clients(clients);
        note(inCore, day);
        core(core);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("RESULTS.md"), text.toString().stripTrailing() + "\n");
    }

    private void note(Measured measured, LocalDate day) {
        String note = measured.note(day);
        if (!note.isEmpty()) {
            paragraph(note);
        }
    }

    private void browser(Measurements browser) throws IOException {
        for (String setting : browser.settings()) {
            text.append("## In the browser, round-trip time " + setting + "\n\n");
            text.append(table("system", browser, setting, BROWSER));
            for (String figure : List.of(
                    "writes.perSecond",
                    "upload.megabytesPerSecond",
                    "download.megabytesPerSecond",
                    "both.megabytesPerSecond")) {
                String title = BROWSER.get(figure) + ", round-trip time " + setting;
                chart("browser-" + setting + "-" + figure, title, browser, setting, figure);
            }
            text.append("CPU time in ms, for a megabyte or for 1,000 small writes:\n\n");
            text.append(table("system", browser, setting, CPU));
        }
    }

    /** Where a round trip's time goes in the browser. */
    private void roundTrips() throws IOException {
        Timeline timeline = new Timeline();
        List<String> head = new ArrayList<>(List.of("system", "round trips", "p50, ms"));
        Arrays.stream(Lane.values()).map(Lane::title).forEach(head::add);
        Table table = new Table(head.toArray(new String[0]));
        for (BrowserTrace trace : BrowserTrace.all()) {
            if (Files.exists(trace.file(settings))) {
                RoundTrips roundTrips = RoundTrips.of(trace.file(settings));
                timeline.add(trace.system(), roundTrips);
                List<String> row = new ArrayList<>(List.of(
                        trace.system(), Numbers.text(roundTrips.count()), Numbers.text(roundTrips.medianMillis())));
                for (Lane lane : Lane.values()) {
                    row.add(Numbers.text(roundTrips.busyMillis(lane)));
                }
                table.row(row);
            }
        }
        if (!timeline.isEmpty()) {
            String title = "A round trip of 32 bytes in the browser";
            text.append("## " + title + "\n\n");
            paragraph(
                    "Traces by Chromium itself, which cost it some time. For each part of it: how long its threads were"
                            + " busy in a round trip, on average, in ms. The picture shows the round trip in the middle of all:"
                            + " each box is a task; where there is none, nothing of the browser's runs.");
            text.append(table);
            picture("round-trips", title, timeline.svg(title));
        }
    }

    /** What is known of the goals that are not reached: written by hand, from profiles. */
    private void notReached() throws IOException {
        try (InputStream file = requireNonNull(Report.class.getResourceAsStream("not-reached.md"))) {
            paragraph(new String(file.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    private void many(Measurements many) throws IOException {
        growth(many);
        for (String setting : many.settings()) {
            text.append("## " + setting + ", 100 a connection (50 if they stream)\n\n");
            text.append(table("system", many, setting, MANY));
            chart("many-" + setting + "-heap", "heap of an idle duplex in bytes, " + setting, many, setting, "heap");
            chart("many-" + setting + "-cpu", "CPU µs an echo by POST, " + setting, many, setting, "POST.cpu");
        }
    }

    /** Figures of one duplex, or of one echo: on a straight line each is once what it was before the step. */
    private void growth(Measurements many) {
        Table table = new Table(
                "figure of each, after the step for before it", "heap", "resident", "opening, CPU", "POST echo, CPU");
        List<String> settings = List.copyOf(many.settings());
        for (int i = 1; i < settings.size(); i++) {
            String before = settings.get(i - 1);
            String after = settings.get(i);
            for (String system : many.systems(after)) {
                List<String> row = new ArrayList<>(List.of(before + " to " + after + ": " + system));
                for (String figure : List.of("heap", "resident", "open.cpu", "POST.cpu")) {
                    row.add(Numbers.text(many.growth(before, after, system, figure)));
                }
                table.row(row);
            }
        }
        if (settings.size() > 1) {
            text.append("## What a tenfold step costs each duplex\n\n").append(table);
            paragraph("1 is a straight line.");
        }
    }

    /** What a server of this project's spends its time on. */
    private void profiles() throws IOException {
        for (Profile profile : Profile.values()) {
            Path recording = profile.recording(settings);
            if (Files.exists(recording)) {
                FlameGraph graph = FlameGraph.of(recording);
                text.append("## What a server does: " + profile.title() + "\n\n");
                paragraph("Of " + graph.samples() + " samples of Java code (the system's calls are not in them): "
                        + graph.shares() + ". What the JDK's collections and buffers take counts for who uses them.");
                picture("profile-" + profile.name(), profile.title(), graph.svg(profile.title()));
            }
        }
    }

    private void clients(Measurements clients) {
        for (String setting : clients.settings()) {
            text.append("## Without a browser: " + setting + "\n\n");
            Map<String, String> measured = new LinkedHashMap<>(CLIENTS);
            measured.keySet()
                    .removeIf(figure -> clients.systems(setting).stream()
                            .allMatch(system ->
                                    clients.median(setting, system, figure).isEmpty()));
            text.append(table("system", clients, setting, measured));
        }
    }

    private void core(Measurements core) {
        if (!core.isEmpty()) {
            text.append("## Hot paths of the protocol core (JMH)\n\n");
        }
        for (String setting : core.settings()) {
            text.append(table(setting, core, setting, CORE));
        }
    }

    private static String table(String corner, Measurements measurements, String setting, Map<String, String> columns) {
        List<String> head = new ArrayList<>(List.of(corner));
        head.addAll(columns.values());
        Table table = new Table(head.toArray(new String[0]));
        for (String system : measurements.systems(setting)) {
            List<String> row = new ArrayList<>(List.of(system));
            columns.keySet().forEach(figure -> row.add(Numbers.text(measurements.median(setting, system, figure))));
            table.row(row);
        }
        return table.toString();
    }

    private void chart(String name, String title, Measurements measurements, String setting, String figure)
            throws IOException {
        BarChart chart = new BarChart(title);
        for (String system : measurements.systems(setting)) {
            OptionalDouble value = measurements.median(setting, system, figure);
            value.ifPresent(number -> chart.bar(system, number));
        }
        picture(name, title, chart.svg());
    }

    private void picture(String name, String title, String svg) throws IOException {
        String file = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
        Files.createDirectories(folder.resolve("charts"));
        Files.writeString(folder.resolve("charts").resolve(file), svg);
        paragraph("![" + title + "](charts/" + file + ")");
    }

    private void paragraph(String paragraph) {
        text.append(paragraph).append("\n\n");
    }
}
