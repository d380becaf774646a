package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.browser.BrowserPart;
import io.http2duplex.benchmark.browser.BrowserTrace;
import io.http2duplex.benchmark.report.RoundTrips.Lane;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What was measured in the browser. */
final class BrowserSection implements Section {
    private static final Map<String, String> BROWSER = Document.columns(
            "round trip p50, ms", "roundTrip.p50",
            "p99, ms", "roundTrip.p99",
            "small writes/s", "writes.perSecond",
            "up, MB/s", "upload.megabytesPerSecond",
            "down, MB/s", "download.megabytesPerSecond",
            "both, MB/s each way", "both.megabytesPerSecond",
            "open 50, ms", "open.millis");
    private static final Map<String, String> CPU = Document.columns(
            "page, up", "upload.cpu.page",
            "page, down", "download.cpu.page",
            "page, 1,000 writes", "writes.cpu.page",
            "page, 1,000 round trips", "roundTrip.cpu.page",
            "browser, up", "upload.cpu.browser",
            "browser, down", "download.cpu.browser",
            "browser, 1,000 writes", "writes.cpu.browser",
            "browser, 1,000 round trips", "roundTrip.cpu.browser",
            "server, up", "upload.cpu.server",
            "server, down", "download.cpu.server",
            "server, 1,000 writes", "writes.cpu.server",
            "server, 1,000 round trips", "roundTrip.cpu.server");
    private static final Map<String, String> HELD = Document.columns(
            "the first time, s", BrowserGoals.FIRST, "when the page knows it, s", BrowserGoals.REMEMBERED);
    private static final Map<String, String> IDLE = Document.columns("heap, bytes each", "idle.heap");

    private final Settings settings;

    BrowserSection(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String part() {
        return BrowserPart.NAME;
    }

    @Override
    public void goals(Measurements browser, Goals goals) {
        new BrowserGoals(browser, goals).all();
    }

    @Override
    public void write(Measurements browser, Document document) throws IOException {
        for (String setting : List.of(BrowserGoals.NEAR, BrowserGoals.FAR)) {
            if (browser.systems(setting).isEmpty()) {
                continue;
            }
            document.heading("In the browser, round-trip time " + setting);
            document.table("system", browser, setting, BROWSER);
            for (String figure :
                    List.of(BrowserGoals.WRITES, BrowserGoals.UPLOAD, BrowserGoals.DOWNLOAD, BrowserGoals.BOTH)) {
                String title = BROWSER.get(figure) + ", round-trip time " + setting;
                document.chart("browser-" + setting + "-" + figure, title, browser, setting, figure);
            }
            document.paragraph("CPU time in ms, for a megabyte, for 1,000 small writes, or for 1,000 round trips:");
            document.table("system", browser, setting, CPU);
        }
        Connections.write(browser, document);
        document.section("Opening where responses are held back", BrowserPart.HELD, browser, HELD);
        document.section("What an idle duplex of a page takes of the server", BrowserPart.IDLE, browser, IDLE);
        roundTrips(document);
    }

    /** Where a round trip's time goes in the browser. */
    private void roundTrips(Document document) throws IOException {
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
            document.heading(title);
            document.paragraph(
                    "Traces by Chromium itself, which cost it some time. For each part of it: how long its threads were"
                            + " busy in a round trip, on average, in ms. The picture shows the round trip in the middle of all:"
                            + " each box is a task; where there is none, nothing of the browser's runs.");
            document.table(table);
            document.picture("round-trips", title, timeline.svg(title));
        }
    }
}
