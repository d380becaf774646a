package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.clients.ClientsPart;
import java.util.List;
import java.util.OptionalDouble;

/** The goals, and whether each was reached. */
final class Goals {
    /** By how much a straight line may be bent: what a tenfold step may cost more than ten times. */
    private static final double STRAIGHT = 1.1;
    /** In bytes: what counts as a small constant. */
    private static final double SMALL = 512;
    /** In bytes for each byte: what counts as nothing. */
    private static final double NOTHING = 0.01;

    private static final String NEAR = "0 ms";
    private static final String FAR = "50 ms";
    private static final String THOUSAND = "1000 duplexes";
    private static final String TEN_THOUSAND = "10000 duplexes";
    private static final String HUNDRED_THOUSAND = "100000 duplexes";
    private static final String WRITES = "writes.perSecond";
    private static final String UPLOAD = "upload.megabytesPerSecond";
    private static final String DOWNLOAD = "download.megabytesPerSecond";
    private static final String BOTH = "both.megabytesPerSecond";
    private static final String ROUND_TRIP = "roundTrip.p50";
    private static final String OPEN = "open.millis";
    private static final String POST = "dialect 2, POST";
    private static final String STREAMING = "dialect 2, streaming";
    private static final String PLAIN = "dialect 1, streaming";
    private static final String PEER = "http2-duplex 6.0.3";
    private static final String PEER_POST = PEER + ", POST";
    private static final String PEER_STREAMING = PEER + ", streaming";
    private static final String WEBSOCKET = "WebSocket";
    private static final String STOCK = ", stock";
    private static final String MANY = "dialect 2";
    private static final String IDLE = "10000 idle duplexes of one JVM";
    private static final int SMALL_CHUNK = 32;
    private static final int LARGE_CHUNK = 8192;

    private final Table table = new Table("goal", "wanted", "measured", "met");
    private final Measurements browser;
    private final Measurements many;
    private final Measurements clients;
    private final Measurements core;

    Goals(Measurements browser, Measurements many, Measurements clients, Measurements core) {
        this.browser = browser;
        this.many = many;
        this.clients = clients;
        this.core = core;
    }

    String table() {
        atLeast("POST against http2-duplex POST: small writes", 80, near(POST, PEER_POST, WRITES));
        atLeast("– upload", 5, near(POST, PEER_POST, UPLOAD));
        atLeast("– both at once", 4, near(POST, PEER_POST, BOTH));
        atMost("– round trip", 1, near(POST, PEER_POST, ROUND_TRIP));
        atLeast("– at 50 ms: small writes", 1000, far(POST, PEER_POST, WRITES));
        atLeast("– at 50 ms: upload", 60, far(POST, PEER_POST, UPLOAD));
        atLeast("streaming against http2-duplex streaming: small writes", 1.5, near(STREAMING, PEER_STREAMING, WRITES));
        atLeast("– upload", 1.3, near(STREAMING, PEER_STREAMING, UPLOAD));
        atLeast("– download", 1, near(STREAMING, PEER_STREAMING, DOWNLOAD));
        atLeast("– both at once", 1, near(STREAMING, PEER_STREAMING, BOTH));
        atMost("– round trip", 1, near(STREAMING, PEER_STREAMING, ROUND_TRIP));
        atLeast("– at 50 ms: upload", 100, far(STREAMING, PEER_STREAMING, UPLOAD));
        atLeast("– at 50 ms: upload against the WebSocket", 0.75, far(STREAMING, WEBSOCKET, UPLOAD));
        floor("POST");
        floor("streaming");
        atLeast("streaming against the WebSocket: small writes", 2, near(STREAMING, WEBSOCKET, WRITES));
        atMost("– opening 50 (time)", 0.5, near(STREAMING, WEBSOCKET, OPEN));
        atLeast("dialect 2 against dialect 1, streaming: small writes", 0.95, near(STREAMING, PLAIN, WRITES));
        atLeast("– upload", 0.95, near(STREAMING, PLAIN, UPLOAD));
        atLeast("– download", 0.95, near(STREAMING, PLAIN, DOWNLOAD));
        atLeast("– both at once", 0.95, near(STREAMING, PLAIN, BOTH));
        atMost("– round trip", 1.05, near(STREAMING, PLAIN, ROUND_TRIP));
        atMost("10,000 duplexes against Node: CPU time an echo", 0.5, many(TEN_THOUSAND, "POST.cpu"));
        atMost("– p99", 1, many(TEN_THOUSAND, "POST.p99"));
        atMost("– opening them (time)", 1 / 1.5, many(TEN_THOUSAND, OPEN));
        memory("heap an idle duplex, of 10,000 (bytes)", TEN_THOUSAND);
        memory("heap an idle duplex, of 100,000 (bytes)", HUNDRED_THOUSAND);
        growth("a straight line: heap an idle duplex, of 10,000 against of 1,000", THOUSAND, TEN_THOUSAND);
        growth("– of 100,000 against of 10,000", TEN_THOUSAND, HUNDRED_THOUSAND);
        atMost("one request against Node's server: CPU time a small write", 1, oneRequest("writes.cpu"));
        atMost("– CPU time a MB each way", 1, oneRequest("both.cpu"));
        atLeast("– both at once", 1, oneRequest(BOTH));
        noMore("Java client: round trip beyond a bare POST's (ms)", 0.1, beyondBare(ClientsPart.JAVA, ROUND_TRIP));
        noMore("– heap an idle duplex beyond a bare download's (bytes)", 6144, beyondBare(IDLE, "heap"));
        allocation("receiving", "DirectionBenchmark.receive");
        allocation("sending", "DirectionBenchmark.send");
        atLeast("own listener against stock, at 50 ms: POST, upload", 10, far(POST, POST + STOCK, UPLOAD));
        atLeast("– streaming, upload", 10, far(STREAMING, STREAMING + STOCK, UPLOAD));
        return table.toString();
    }

    private OptionalDouble near(String system, String other, String figure) {
        return browser.ratio(NEAR, system, other, figure);
    }

    private OptionalDouble far(String system, String other, String figure) {
        return browser.ratio(FAR, system, other, figure);
    }

    private OptionalDouble oneRequest(String figure) {
        return clients.ratio(ClientsPart.ONE_REQUEST, ClientsPart.OWN_SERVER, ClientsPart.NODE_SERVER, figure);
    }

    private OptionalDouble beyondBare(String setting, String figure) {
        OptionalDouble own = clients.median(setting, ClientsPart.JAVA_CLIENT, figure);
        OptionalDouble bare = clients.median(setting, ClientsPart.BARE, figure);
        return own.isPresent() && bare.isPresent()
                ? OptionalDouble.of(own.getAsDouble() - bare.getAsDouble())
                : OptionalDouble.empty();
    }

    private OptionalDouble many(String setting, String figure) {
        return many.ratio(setting, MANY, PEER, figure);
    }

    private void floor(String mode) {
        String system = "dialect 2, " + mode;
        String fetch = "fetch, " + mode;
        atMost(mode + " against bare fetch: round trip", 1.05, near(system, fetch, ROUND_TRIP));
        atLeast("– upload", 0.85, near(system, fetch, UPLOAD));
        atLeast("– download", 0.85, near(system, fetch, DOWNLOAD));
        atLeast("– both at once", 0.85, near(system, fetch, BOTH));
    }

    private void memory(String what, String setting) {
        noMore(what, 4096, many.median(setting, MANY, "heap"));
    }

    private void growth(String what, String smaller, String larger) {
        atMost(what, STRAIGHT, many.growth(smaller, larger, MANY, "heap"));
    }

    private void allocation(String what, String method) {
        OptionalDouble small = core.median(SMALL_CHUNK + " bytes", method, "allocated");
        OptionalDouble large = core.median(LARGE_CHUNK + " bytes", method, "allocated");
        noMore("allocation, " + what + ": a chunk of 32 bytes (bytes)", SMALL, small);
        noMore("– a byte of a larger one (bytes)", NOTHING, slope(small, large));
    }

    private static OptionalDouble slope(OptionalDouble small, OptionalDouble large) {
        return small.isPresent() && large.isPresent()
                ? OptionalDouble.of((large.getAsDouble() - small.getAsDouble()) / (LARGE_CHUNK - SMALL_CHUNK))
                : OptionalDouble.empty();
    }

    private void noMore(String what, double wanted, OptionalDouble measured) {
        row(what, "≤ " + Numbers.text(wanted), measured, measured.isPresent() && measured.getAsDouble() <= wanted);
    }

    private void atLeast(String what, double wanted, OptionalDouble ratio) {
        row(what, "≥ " + Numbers.text(wanted) + " ×", ratio, ratio.isPresent() && ratio.getAsDouble() >= wanted);
    }

    private void atMost(String what, double wanted, OptionalDouble ratio) {
        row(what, "≤ " + Numbers.text(wanted) + " ×", ratio, ratio.isPresent() && ratio.getAsDouble() <= wanted);
    }

    private void row(String what, String wanted, OptionalDouble measured, boolean met) {
        table.row(List.of(what, wanted, Numbers.text(measured), measured.isEmpty() ? "–" : met ? "yes" : "**no**"));
    }
}
