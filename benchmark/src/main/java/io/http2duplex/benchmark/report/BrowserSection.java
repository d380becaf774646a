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
    private static final String NEAR = "0 ms";
    private static final String FAR = "50 ms";
    private static final String WRITES = "writes.perSecond";
    private static final String UPLOAD = "upload.megabytesPerSecond";
    private static final String DOWNLOAD = "download.megabytesPerSecond";
    private static final String BOTH = "both.megabytesPerSecond";
    private static final String ROUND_TRIP = "roundTrip.p50";
    private static final String OPEN = "open.millis";
    private static final String POST = "dialect 2, POST";
    private static final String STREAMING = "dialect 2, streaming";
    private static final String PLAIN = "dialect 1, streaming";
    private static final String PEER_POST = "http2-duplex 6.0.3, POST";
    private static final String PEER_STREAMING = "http2-duplex 6.0.3, streaming";
    private static final String WEBSOCKET = "WebSocket";
    private static final String STOCK = ", stock";

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
            "browser, up", "upload.cpu.browser",
            "browser, down", "download.cpu.browser",
            "browser, 1,000 writes", "writes.cpu.browser",
            "server, up", "upload.cpu.server",
            "server, down", "download.cpu.server",
            "server, 1,000 writes", "writes.cpu.server");

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
        goals.atLeast("POST against http2-duplex POST: small writes", 80, browser.ratio(NEAR, POST, PEER_POST, WRITES));
        goals.atLeast("– upload", 5, browser.ratio(NEAR, POST, PEER_POST, UPLOAD));
        goals.atLeast("– both at once", 4, browser.ratio(NEAR, POST, PEER_POST, BOTH));
        goals.atMost("– round trip", 1, browser.ratio(NEAR, POST, PEER_POST, ROUND_TRIP));
        goals.atLeast("– at 50 ms: small writes", 1000, browser.ratio(FAR, POST, PEER_POST, WRITES));
        goals.atLeast("– at 50 ms: upload", 60, browser.ratio(FAR, POST, PEER_POST, UPLOAD));
        goals.atLeast(
                "streaming against http2-duplex streaming: small writes",
                1.5,
                browser.ratio(NEAR, STREAMING, PEER_STREAMING, WRITES));
        goals.atLeast("– upload", 1.3, browser.ratio(NEAR, STREAMING, PEER_STREAMING, UPLOAD));
        goals.atLeast("– download", 1, browser.ratio(NEAR, STREAMING, PEER_STREAMING, DOWNLOAD));
        goals.atLeast("– both at once", 1, browser.ratio(NEAR, STREAMING, PEER_STREAMING, BOTH));
        goals.atMost("– round trip", 1, browser.ratio(NEAR, STREAMING, PEER_STREAMING, ROUND_TRIP));
        goals.atLeast("– at 50 ms: upload", 100, browser.ratio(FAR, STREAMING, PEER_STREAMING, UPLOAD));
        goals.atLeast(
                "– at 50 ms: upload against the WebSocket", 0.75, browser.ratio(FAR, STREAMING, WEBSOCKET, UPLOAD));
        floor("POST", browser, goals);
        floor("streaming", browser, goals);
        goals.atLeast(
                "streaming against the WebSocket: small writes", 2, browser.ratio(NEAR, STREAMING, WEBSOCKET, WRITES));
        goals.atMost("– opening 50 (time)", 0.5, browser.ratio(NEAR, STREAMING, WEBSOCKET, OPEN));
        goals.atLeast(
                "dialect 2 against dialect 1, streaming: small writes",
                0.95,
                browser.ratio(NEAR, STREAMING, PLAIN, WRITES));
        goals.atLeast("– upload", 0.95, browser.ratio(NEAR, STREAMING, PLAIN, UPLOAD));
        goals.atLeast("– download", 0.95, browser.ratio(NEAR, STREAMING, PLAIN, DOWNLOAD));
        goals.atLeast("– both at once", 0.95, browser.ratio(NEAR, STREAMING, PLAIN, BOTH));
        goals.atMost("– round trip", 1.05, browser.ratio(NEAR, STREAMING, PLAIN, ROUND_TRIP));
        goals.atLeast(
                "own listener against stock, at 50 ms: POST, upload",
                10,
                browser.ratio(FAR, POST, POST + STOCK, UPLOAD));
        goals.atLeast("– streaming, upload", 10, browser.ratio(FAR, STREAMING, STREAMING + STOCK, UPLOAD));
        JavaPeers.goals(browser, goals);
        Connections.goals(browser, goals);
    }

    private static void floor(String mode, Measurements browser, Goals goals) {
        String system = "dialect 2, " + mode;
        String fetch = "fetch, " + mode;
        goals.atMost(mode + " against bare fetch: round trip", 1.05, browser.ratio(NEAR, system, fetch, ROUND_TRIP));
        goals.atLeast("– upload", 0.85, browser.ratio(NEAR, system, fetch, UPLOAD));
        goals.atLeast("– download", 0.85, browser.ratio(NEAR, system, fetch, DOWNLOAD));
        goals.atLeast("– both at once", 0.85, browser.ratio(NEAR, system, fetch, BOTH));
    }

    @Override
    public void write(Measurements browser, Document document) throws IOException {
        for (String setting : List.of(NEAR, FAR)) {
            if (browser.systems(setting).isEmpty()) {
                continue;
            }
            document.heading("In the browser, round-trip time " + setting);
            document.table("system", browser, setting, BROWSER);
            for (String figure : List.of(WRITES, UPLOAD, DOWNLOAD, BOTH)) {
                String title = BROWSER.get(figure) + ", round-trip time " + setting;
                document.chart("browser-" + setting + "-" + figure, title, browser, setting, figure);
            }
            document.paragraph("CPU time in ms, for a megabyte or for 1,000 small writes:");
            document.table("system", browser, setting, CPU);
        }
        Connections.write(browser, document);
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
