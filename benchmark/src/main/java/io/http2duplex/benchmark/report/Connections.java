package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.browser.BrowserPart;
import java.util.List;
import java.util.Map;

/** How often an idle duplex asks the server, and what is lost when connections are cut. */
final class Connections {
    private static final String LOST = "cut.lost";
    private static final Map<String, String> REQUESTS = Document.columns("requests a minute", "requests.perMinute");
    private static final Map<String, String> CUTS =
            Document.columns("messages lost, of 5,000", LOST, "that came again", "cut.twice");

    private Connections() {}

    static void goals(Measurements browser, Goals goals) {
        for (String mode : List.of("streaming", "polls")) {
            goals.noMore(
                    "nine cuts in a download, " + mode + ": messages lost, of 5,000",
                    0,
                    browser.median(BrowserPart.CUT, "dialect 2, " + mode, LOST));
        }
    }

    static void write(Measurements browser, Document document) {
        document.section("Requests of an idle duplex", BrowserPart.REQUESTS, browser, REQUESTS);
        document.section("What nine cuts cost a download of numbered messages", BrowserPart.CUT, browser, CUTS);
    }
}
