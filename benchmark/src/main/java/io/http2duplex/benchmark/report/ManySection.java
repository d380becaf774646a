package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.many.ManyPart;
import io.http2duplex.benchmark.many.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What was measured over many duplexes. */
final class ManySection implements Section {
    /** By how much a straight line may be bent: what a tenfold step may cost more than ten times. */
    private static final double STRAIGHT = 1.1;

    private static final String THOUSAND = "1000 duplexes";
    static final String TEN_THOUSAND = "10000 duplexes";
    private static final String HUNDRED_THOUSAND = "100000 duplexes";
    static final String OWN = "dialect 2";
    static final String PEER = "http2-duplex 6.0.3";
    private static final String OPEN = "open.millis";
    private static final String HEAP = "heap";

    private static final Map<String, String> MANY = Document.columns(
            "heap, bytes each", HEAP,
            "resident, bytes each", "resident",
            "opening, ms", OPEN,
            "opening, CPU µs each", "open.cpu",
            "POST echoes/s", "POST.perSecond",
            "p50, ms", "POST.p50",
            "p99, ms", "POST.p99",
            "CPU µs an echo", "POST.cpu",
            "streaming echoes/s", "streaming.perSecond",
            "p50, ms", "streaming.p50",
            "p99, ms", "streaming.p99",
            "CPU µs an echo", "streaming.cpu");

    private final Settings settings;

    ManySection(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String part() {
        return ManyPart.NAME;
    }

    @Override
    public void goals(Measurements many, Goals goals) {
        goals.atMost(
                "10,000 duplexes against Node: CPU time an echo", 0.5, many.ratio(TEN_THOUSAND, OWN, PEER, "POST.cpu"));
        goals.atMost("– p99", 1, many.ratio(TEN_THOUSAND, OWN, PEER, "POST.p99"));
        goals.atMost("– opening them (time)", 1 / 1.5, many.ratio(TEN_THOUSAND, OWN, PEER, OPEN));
        goals.noMore("heap an idle duplex, of 10,000 (bytes)", 4096, many.median(TEN_THOUSAND, OWN, HEAP));
        goals.noMore("heap an idle duplex, of 100,000 (bytes)", 4096, many.median(HUNDRED_THOUSAND, OWN, HEAP));
        goals.atMost(
                "a straight line: heap an idle duplex, of 10,000 against of 1,000",
                STRAIGHT,
                many.growth(THOUSAND, TEN_THOUSAND, OWN, HEAP));
        goals.atMost(
                "– of 100,000 against of 10,000", STRAIGHT, many.growth(TEN_THOUSAND, HUNDRED_THOUSAND, OWN, HEAP));
    }

    @Override
    public void write(Measurements many, Document document) throws IOException {
        growth(many, document);
        for (String setting : many.settings()) {
            document.heading(setting + ", 100 a connection (50 if they stream)");
            document.table("system", many, setting, MANY);
            document.chart(
                    "many-" + setting + "-heap", "heap of an idle duplex in bytes, " + setting, many, setting, HEAP);
            document.chart("many-" + setting + "-cpu", "CPU µs an echo by POST, " + setting, many, setting, "POST.cpu");
        }
        profiles(document);
    }

    /** Figures of one duplex, or of one echo: on a straight line each is once what it was before the step. */
    private static void growth(Measurements many, Document document) {
        Table table = new Table(
                "figure of each, after the step for before it", "heap", "resident", "opening, CPU", "POST echo, CPU");
        List<String> settings = List.copyOf(many.settings());
        for (int i = 1; i < settings.size(); i++) {
            String before = settings.get(i - 1);
            String after = settings.get(i);
            for (String system : many.systems(after)) {
                List<String> row = new ArrayList<>(List.of(before + " to " + after + ": " + system));
                for (String figure : List.of(HEAP, "resident", "open.cpu", "POST.cpu")) {
                    row.add(Numbers.text(many.growth(before, after, system, figure)));
                }
                table.row(row);
            }
        }
        if (settings.size() > 1) {
            document.heading("What a tenfold step costs each duplex");
            document.table(table);
            document.paragraph("1 is a straight line.");
        }
    }

    /** What a server of this project's spends its time on. */
    private void profiles(Document document) throws IOException {
        for (Profile profile : Profile.values()) {
            Path recording = profile.recording(settings);
            if (Files.exists(recording)) {
                FlameGraph graph = FlameGraph.of(recording);
                document.heading("What a server does: " + profile.title());
                document.paragraph("Of " + graph.samples()
                        + " samples of Java code (the system's calls are not in them): " + graph.shares()
                        + ". What the JDK's collections and buffers take counts for who uses them.");
                document.picture("profile-" + profile.name(), profile.title(), graph.svg(profile.title()));
            }
        }
    }
}
