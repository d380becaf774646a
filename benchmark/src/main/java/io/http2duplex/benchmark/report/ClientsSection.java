package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.clients.ClientsPart;
import java.util.Map;
import java.util.OptionalDouble;

/** What was measured with clients other than a browser. */
final class ClientsSection implements Section {
    private static final String IDLE = "10000 idle duplexes of one JVM";
    private static final String RATE = ".megabytesPerSecond";
    private static final Map<String, String> BULK =
            Document.columns("echo", "echo", "up", "upload", "down", "download", "both at once", "both");
    private static final String ROUND_TRIP = "roundTrip.p50";

    private static final Map<String, String> CLIENTS = Document.columns(
            "round trip p50, ms", ROUND_TRIP,
            "small writes/s", "writes.perSecond",
            "up, MB/s", "upload" + RATE,
            "down, MB/s", "download" + RATE,
            "both, MB/s each way", "both" + RATE,
            "echo, MB/s", "echo" + RATE,
            "server's CPU µs a small write", "writes.cpu",
            "ms a MB up", "upload.cpu",
            "ms a MB down", "download.cpu",
            "ms a MB each way", "both.cpu",
            "ms a MB echoed", "echo.cpu",
            "heap, bytes each", "heap");

    @Override
    public String part() {
        return ClientsPart.NAME;
    }

    @Override
    public void goals(Measurements clients, Goals goals) {
        goals.atMost("one request against Node's server: CPU time a small write", 1, oneRequest(clients, "writes.cpu"));
        BULK.forEach(
                (figure, what) -> goals.atMost("– CPU time a MB, " + what, 1, oneRequest(clients, figure + ".cpu")));
        BULK.forEach(
                (figure, what) -> goals.atLeast("– bytes a second, " + what, 1, oneRequest(clients, figure + RATE)));
        goals.noMore(
                "Java client: round trip beyond a bare POST's (ms)",
                0.1,
                beyondBare(clients, ClientsPart.JAVA, ROUND_TRIP));
        goals.noMore("– heap an idle duplex beyond a bare download's (bytes)", 6144, beyondBare(clients, IDLE, "heap"));
    }

    private static OptionalDouble oneRequest(Measurements clients, String figure) {
        return clients.ratio(ClientsPart.ONE_REQUEST, ClientsPart.OWN_SERVER, ClientsPart.NODE_SERVER, figure);
    }

    private static OptionalDouble beyondBare(Measurements clients, String setting, String figure) {
        return clients.difference(setting, ClientsPart.JAVA_CLIENT, ClientsPart.BARE, figure);
    }

    @Override
    public void write(Measurements clients, Document document) {
        for (String setting : clients.settings()) {
            document.heading("Without a browser: " + setting);
            document.table("system", clients, setting, CLIENTS);
        }
    }
}
