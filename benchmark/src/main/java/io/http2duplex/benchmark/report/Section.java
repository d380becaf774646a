package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.Settings;
import java.io.IOException;
import java.util.List;

/** What the report tells of one part of the benchmark. */
interface Section {
    /** {@return one for each part, in the order of the report} */
    static List<Section> all(Settings settings) {
        return List.of(
                new BrowserSection(settings),
                new ManySection(settings),
                new IdleSection(),
                new ClientsSection(),
                new ResumptionSection(),
                new MessagesSection(),
                new CoreSection());
    }

    /** {@return the name of the part's results} */
    String part();

    /** Adds the part's goals. */
    void goals(Measurements measured, Goals goals);

    /** Writes the tables and pictures. */
    void write(Measurements measured, Document document) throws IOException;
}
