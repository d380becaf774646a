package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.browser.BrowserPart;
import io.http2duplex.benchmark.clients.ClientsPart;
import io.http2duplex.benchmark.clients.ResumptionPart;
import io.http2duplex.benchmark.many.IdlePart;
import io.http2duplex.benchmark.many.ManyPart;
import io.http2duplex.benchmark.messages.EchoRuns;
import io.http2duplex.benchmark.messages.MessagesPart;
import io.http2duplex.benchmark.messages.TopicRuns;
import java.util.List;
import java.util.Map;

/** The few figures that matter most to a reader who wants to choose. README repeats rows of it. */
final class Summary {
    private static final List<Row> ROWS = List.of(
            browser(
                    "small writes a second, by POST",
                    BrowserGoals.NEAR,
                    BrowserGoals.POST,
                    ManySection.PEER + ", POST",
                    BrowserGoals.WRITES),
            browser(
                    "small writes a second, streaming, Node streams",
                    BrowserGoals.NEAR,
                    BrowserGoals.STREAMING + ", Node streams",
                    ManySection.PEER + ", streaming",
                    BrowserGoals.WRITES),
            browser(
                    "upload at 50 ms by POST, MB/s",
                    BrowserGoals.FAR,
                    BrowserGoals.POST,
                    ManySection.PEER + ", POST",
                    BrowserGoals.UPLOAD),
            browser(
                    "round trip, streaming, ms",
                    BrowserGoals.NEAR,
                    BrowserGoals.STREAMING,
                    "fetch, streaming",
                    BrowserGoals.ROUND_TRIP),
            browser(
                    "upload, streaming, MB/s",
                    BrowserGoals.NEAR,
                    BrowserGoals.STREAMING,
                    "fetch, streaming",
                    BrowserGoals.UPLOAD),
            browser(
                    "download, MB/s",
                    BrowserGoals.NEAR,
                    BrowserGoals.STREAMING,
                    "fetch, streaming",
                    BrowserGoals.DOWNLOAD),
            browser(
                    "round trip over a WebSocket, ms",
                    BrowserGoals.NEAR,
                    BrowserGoals.CARRIER,
                    BrowserGoals.WEBSOCKET,
                    BrowserGoals.ROUND_TRIP),
            browser(
                    "small writes a second over a WebSocket",
                    BrowserGoals.NEAR,
                    BrowserGoals.CARRIER,
                    BrowserGoals.WEBSOCKET,
                    BrowserGoals.WRITES),
            browser(
                    "download by polls, MB/s",
                    BrowserGoals.NEAR,
                    "dialect 2, polls",
                    "engine.io polling",
                    BrowserGoals.DOWNLOAD),
            browser(
                    "opening 50 streams of a page, ms",
                    BrowserGoals.NEAR,
                    BrowserGoals.STREAMING,
                    BrowserGoals.WEBSOCKET,
                    BrowserGoals.OPEN),
            new Row(
                    "server's CPU an echo, 10,000 duplexes, µs",
                    ManyPart.NAME,
                    ManySection.TEN_THOUSAND,
                    ManySection.OWN,
                    ManySection.PEER,
                    "POST.cpu"),
            new Row(
                    "resumable upload between programs, MB/s",
                    ResumptionPart.NAME,
                    ResumptionPart.SETTING,
                    ResumptionPart.OWN,
                    ResumptionPart.SIGNALR_LARGE,
                    BrowserGoals.UPLOAD),
            new Row(
                    "one request up and down, server's CPU a MB, ms",
                    ClientsPart.NAME,
                    ClientsPart.ONE_REQUEST,
                    ClientsPart.OWN_SERVER,
                    ClientsPart.NODE_SERVER,
                    "both.cpu"),
            new Row(
                    "echoes of JSON a second, one duplex",
                    MessagesPart.NAME,
                    EchoRuns.MANY,
                    EchoRuns.JSON,
                    MessagesPart.SOCKET_IO,
                    "echo.perSecond"),
            new Row(
                    "server's CPU to tell one of 10,000 members of a topic, µs",
                    MessagesPart.NAME,
                    TopicRuns.setting(10_000),
                    TopicRuns.TOPIC_OF_BROWSERS,
                    MessagesPart.SOCKET_IO,
                    "delivery.cpu"),
            new Row(
                    "heap of 1,000,000 idle duplexes, GiB",
                    IdlePart.NAME,
                    IdlePart.MILLION,
                    IdlePart.OWN,
                    "",
                    "heap.gibibytes"));

    private Summary() {}

    /**
     * A figure, and the same of what a reader would compare it with.
     *
     * @param part that measures it
     * @param beside the other system; empty if there is none to compare with
     */
    private record Row(String what, String part, String setting, String own, String beside, String figure) {
        List<String> cells(Measurements measured) {
            String one = Numbers.text(measured.median(setting, own, figure));
            if (beside.isEmpty()) {
                return List.of(what, one, "", "");
            }
            return List.of(
                    what,
                    one,
                    beside + ": " + Numbers.text(measured.median(setting, beside, figure)),
                    Numbers.text(measured.ratio(setting, own, beside, figure)));
        }
    }

    private static Row browser(String what, String setting, String own, String beside, String figure) {
        return new Row(what, BrowserPart.NAME, setting, own, beside, figure);
    }

    /**
     * {@return the table; what was not measured has a dash}
     *
     * @param measured by the names of the parts
     */
    static Table table(Map<String, Measurements> measured) {
        Table table = new Table("what", "this project", "beside it", "times");
        for (Row row : ROWS) {
            table.row(row.cells(measured.getOrDefault(row.part(), new Measurements(List.of()))));
        }
        return table;
    }
}
