package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.clients.ResumptionPart;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How fast transfers are that can be resumed. */
final class ResumptionSection implements Section {
    private static final String UPLOAD = "upload.megabytesPerSecond";
    private static final String DOWNLOAD = "download.megabytesPerSecond";
    private static final String BOTH = "both.megabytesPerSecond";

    private static final Map<String, String> COLUMNS = Document.columns(
            "bytes that may be unconfirmed", "unconfirmed",
            "up, MB/s", UPLOAD,
            "down, MB/s", DOWNLOAD,
            "both, MB/s each way", BOTH);

    @Override
    public String part() {
        return ResumptionPart.NAME;
    }

    @Override
    public void goals(Measurements measured, Goals goals) {
        goals.atLeast("resumption on, against SignalR: upload", 1, ratio(measured, ResumptionPart.SIGNALR, UPLOAD));
        goals.atLeast("– download", 1, ratio(measured, ResumptionPart.SIGNALR, DOWNLOAD));
        goals.atLeast("– both at once", 1, ratio(measured, ResumptionPart.SIGNALR, BOTH));
    }

    /** {@return this project's rate for one of the other's} */
    private static OptionalDouble ratio(Measurements measured, String peer, String rate) {
        return measured.ratio(ResumptionPart.SETTING, ResumptionPart.OWN, peer, rate);
    }

    @Override
    public void write(Measurements measured, Document document) {
        if (measured.isEmpty()) {
            return;
        }
        document.heading("Without a browser: resumption on");
        document.table("system", measured, ResumptionPart.SETTING, COLUMNS);
        document.paragraph("How many times as fast " + ResumptionPart.OWN
                + " is. What RSocket cannot keep it drops, and then" + " cannot resume; the others wait.");
        Table table = new Table("against", "up", "down", "both");
        for (String peer : List.of(ResumptionPart.RSOCKET, ResumptionPart.SIGNALR, ResumptionPart.SIGNALR_LARGE)) {
            table.row(List.of(
                    peer,
                    Numbers.text(ratio(measured, peer, UPLOAD)),
                    Numbers.text(ratio(measured, peer, DOWNLOAD)),
                    Numbers.text(ratio(measured, peer, BOTH))));
        }
        document.table(table);
    }
}
