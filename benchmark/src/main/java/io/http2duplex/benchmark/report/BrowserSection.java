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
import java.util.OptionalDouble;

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
    private static final String CARRIER = "dialect 2, WebSocket";
    private static final String CHOSEN = "dialect 2, carriers chosen";
    private static final String POLLS = "dialect 2, polls";
    private static final String PEER_POLLS = "engine.io polling";
    private static final String AS_IT_IS = "dialect 2";
    private static final String FIRST = "held.first";
    private static final String REMEMBERED = "held.remembered";

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
    private static final Map<String, String> HELD =
            Document.columns("the first time, s", FIRST, "when the page knows it, s", REMEMBERED);
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
        carriers(browser, goals);
        polls(browser, goals);
        goals.noMore("opening where responses are held back (s)", 8, heldFor(browser, FIRST));
        goals.noMore("– when the page knows it (s)", 1, heldFor(browser, REMEMBERED));
    }

    private static void carriers(Measurements browser, Goals goals) {
        goals.noMore(
                "WebSocket as a carrier: round trip beyond a bare WebSocket's (ms)",
                0.1,
                browser.difference(NEAR, CARRIER, WEBSOCKET, ROUND_TRIP));
        goals.atLeast("– small writes against a bare WebSocket", 10, browser.ratio(NEAR, CARRIER, WEBSOCKET, WRITES));
        goals.atLeast("– at 50 ms: download against streaming", 2, browser.ratio(FAR, CARRIER, STREAMING, DOWNLOAD));
        goals.atLeast("– at 50 ms: upload against streaming", 1, browser.ratio(FAR, CARRIER, STREAMING, UPLOAD));
        goals.atLeast("carriers chosen against the better one: upload", 0.95, chosen(browser, UPLOAD));
        goals.atLeast("– download", 0.95, chosen(browser, DOWNLOAD));
        goals.atLeast("– both at once", 0.95, chosen(browser, BOTH));
        goals.atMost("– opening 50 against streaming (time)", 1, browser.ratio(NEAR, CHOSEN, STREAMING, OPEN));
    }

    /** {@return the rate for the better one of those that the client chooses from; empty if one was not measured} */
    private static OptionalDouble chosen(Measurements browser, String rate) {
        OptionalDouble one = browser.ratio(NEAR, CHOSEN, STREAMING, rate);
        OptionalDouble other = browser.ratio(NEAR, CHOSEN, CARRIER, rate);
        return one.isPresent() && other.isPresent()
                ? OptionalDouble.of(Math.min(one.getAsDouble(), other.getAsDouble()))
                : OptionalDouble.empty();
    }

    private static void polls(Measurements browser, Goals goals) {
        goals.atLeast(
                "polls against engine.io polling: small writes", 10, browser.ratio(NEAR, POLLS, PEER_POLLS, WRITES));
        goals.atLeast("– upload", 4, browser.ratio(NEAR, POLLS, PEER_POLLS, UPLOAD));
        goals.atLeast("– download", 3, browser.ratio(NEAR, POLLS, PEER_POLLS, DOWNLOAD));
        goals.atLeast("– both at once", 4, browser.ratio(NEAR, POLLS, PEER_POLLS, BOTH));
        goals.atMost("– round trip", 1, browser.ratio(NEAR, POLLS, PEER_POLLS, ROUND_TRIP));
    }

    private static OptionalDouble heldFor(Measurements browser, String figure) {
        return browser.median(BrowserPart.HELD, AS_IT_IS, figure);
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
