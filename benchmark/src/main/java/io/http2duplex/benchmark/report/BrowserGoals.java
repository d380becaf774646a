package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.browser.BrowserPart;
import java.util.OptionalDouble;

/** The goals in the browser: against peers, bare fetch and WebSockets, and against this project in other forms. */
final class BrowserGoals {
    static final String NEAR = "0 ms";
    static final String FAR = "50 ms";
    static final String WRITES = "writes.perSecond";
    static final String UPLOAD = "upload.megabytesPerSecond";
    static final String DOWNLOAD = "download.megabytesPerSecond";
    static final String BOTH = "both.megabytesPerSecond";
    static final String FIRST = "held.first";
    static final String REMEMBERED = "held.remembered";

    static final String ROUND_TRIP = "roundTrip.p50";
    static final String OPEN = "open.millis";
    static final String POST = "dialect 2, POST";
    static final String STREAMING = "dialect 2, streaming";
    static final String WEBSOCKET = "WebSocket";
    static final String CARRIER = "dialect 2, WebSocket";
    private static final String CHOSEN = "dialect 2, carriers chosen";

    private final Measurements browser;
    private final Goals goals;

    BrowserGoals(Measurements browser, Goals goals) {
        this.browser = browser;
        this.goals = goals;
    }

    /** One system for another, in one setting. */
    private final class Against {
        private final String setting;
        private final String system;
        private final String other;

        Against(String setting, String system, String other) {
            this.setting = setting;
            this.system = system;
            this.other = other;
        }

        OptionalDouble ratio(String figure) {
            return browser.ratio(setting, system, other, figure);
        }

        void atLeast(String what, double wanted, String figure) {
            goals.atLeast(what, wanted, ratio(figure));
        }

        void atMost(String what, double wanted, String figure) {
            goals.atMost(what, wanted, ratio(figure));
        }
    }

    void all() {
        node();
        fetch("POST");
        fetch("streaming");
        webSocket();
        dialects();
        listeners();
        JavaPeers.goals(browser, goals);
        Connections.goals(browser, goals);
        carriers();
        polls();
        goals.noMore("opening where responses are held back (s)", 8, heldFor(FIRST));
        goals.noMore("– when the page knows it (s)", 1, heldFor(REMEMBERED));
    }

    private void node() {
        Against post = new Against(NEAR, POST, "http2-duplex 6.0.3, POST");
        post.atLeast("POST against http2-duplex POST: small writes", 80, WRITES);
        post.atLeast("– upload", 5, UPLOAD);
        post.atLeast("– both at once", 4, BOTH);
        post.atMost("– round trip", 1, ROUND_TRIP);
        Against far = new Against(FAR, post.system, post.other);
        far.atLeast("– at 50 ms: small writes", 1000, WRITES);
        far.atLeast("– at 50 ms: upload", 60, UPLOAD);
        Against streaming = new Against(NEAR, STREAMING, "http2-duplex 6.0.3, streaming");
        streaming.atLeast("streaming against http2-duplex streaming: small writes", 1.5, WRITES);
        streaming.atLeast("– upload", 1.3, UPLOAD);
        streaming.atLeast("– download", 1, DOWNLOAD);
        streaming.atLeast("– both at once", 1, BOTH);
        streaming.atMost("– round trip", 1, ROUND_TRIP);
        Against sameFace = new Against(NEAR, STREAMING + ", Node streams", streaming.other);
        sameFace.atLeast("– by Node streams, as theirs are: small writes", 1.5, WRITES);
        sameFace.atLeast("– – upload", 1.3, UPLOAD);
        sameFace.atLeast("– – download", 1, DOWNLOAD);
        sameFace.atLeast("– – both at once", 1, BOTH);
        sameFace.atMost("– – round trip", 1, ROUND_TRIP);
        new Against(FAR, STREAMING, streaming.other).atLeast("– at 50 ms: upload", 100, UPLOAD);
        new Against(FAR, STREAMING, WEBSOCKET).atLeast("– at 50 ms: upload against the WebSocket", 0.75, UPLOAD);
    }

    private void fetch(String mode) {
        Against fetch = new Against(NEAR, "dialect 2, " + mode, "fetch, " + mode);
        fetch.atMost(mode + " against bare fetch: round trip", 1.05, ROUND_TRIP);
        fetch.atLeast("– upload", 0.85, UPLOAD);
        fetch.atLeast("– download", 0.85, DOWNLOAD);
        fetch.atLeast("– both at once", 0.85, BOTH);
    }

    private void webSocket() {
        Against webSocket = new Against(NEAR, STREAMING, WEBSOCKET);
        webSocket.atLeast("streaming against the WebSocket: small writes", 2, WRITES);
        webSocket.atMost("– opening 50 (time)", 0.5, OPEN);
    }

    private void dialects() {
        Against plain = new Against(NEAR, STREAMING, "dialect 1, streaming");
        plain.atLeast("dialect 2 against dialect 1, streaming: small writes", 0.95, WRITES);
        plain.atLeast("– upload", 0.95, UPLOAD);
        plain.atLeast("– download", 0.95, DOWNLOAD);
        plain.atLeast("– both at once", 0.95, BOTH);
        plain.atMost("– round trip", 1.05, ROUND_TRIP);
    }

    private void listeners() {
        String stock = ", stock";
        new Against(FAR, POST, POST + stock).atLeast("own listener against stock, at 50 ms: POST, upload", 10, UPLOAD);
        new Against(FAR, STREAMING, STREAMING + stock).atLeast("– streaming, upload", 10, UPLOAD);
    }

    private void carriers() {
        goals.noMore(
                "WebSocket as a carrier: round trip beyond a bare WebSocket's (ms)",
                0.1,
                browser.difference(NEAR, CARRIER, WEBSOCKET, ROUND_TRIP));
        new Against(NEAR, CARRIER, WEBSOCKET).atLeast("– small writes against a bare WebSocket", 10, WRITES);
        new Against(NEAR, CARRIER + ", Node streams", WEBSOCKET).atLeast("– small writes by Node streams", 10, WRITES);
        Against streaming = new Against(FAR, CARRIER, STREAMING);
        streaming.atLeast("– at 50 ms: download against streaming", 2, DOWNLOAD);
        streaming.atLeast("– at 50 ms: upload against streaming", 1, UPLOAD);
        goals.atLeast("carriers chosen against the better one: upload", 0.95, chosen(UPLOAD));
        goals.atLeast("– download", 0.95, chosen(DOWNLOAD));
        goals.atLeast("– both at once", 0.95, chosen(BOTH));
        new Against(NEAR, CHOSEN, STREAMING).atMost("– opening 50 against streaming (time)", 1, OPEN);
    }

    /** {@return the rate for the better one of those that the client chooses from; empty if one was not measured} */
    private OptionalDouble chosen(String rate) {
        OptionalDouble one = new Against(NEAR, CHOSEN, STREAMING).ratio(rate);
        OptionalDouble other = new Against(NEAR, CHOSEN, CARRIER).ratio(rate);
        return one.isPresent() && other.isPresent()
                ? OptionalDouble.of(Math.min(one.getAsDouble(), other.getAsDouble()))
                : OptionalDouble.empty();
    }

    private void polls() {
        Against peer = new Against(NEAR, "dialect 2, polls", "engine.io polling");
        peer.atLeast("polls against engine.io polling: small writes", 10, WRITES);
        peer.atLeast("– upload", 4, UPLOAD);
        peer.atLeast("– download", 3, DOWNLOAD);
        peer.atLeast("– both at once", 4, BOTH);
        peer.atMost("– round trip", 1, ROUND_TRIP);
    }

    private OptionalDouble heldFor(String figure) {
        return browser.median(BrowserPart.HELD, "dialect 2", figure);
    }
}
