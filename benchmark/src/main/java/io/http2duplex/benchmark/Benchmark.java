package io.http2duplex.benchmark;

import io.http2duplex.benchmark.browser.BrowserPart;
import io.http2duplex.benchmark.clients.ClientsPart;
import io.http2duplex.benchmark.core.CorePart;
import io.http2duplex.benchmark.many.ManyPart;
import io.http2duplex.benchmark.report.Report;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * {@code Benchmark DIRECTORY}, which is the module's: measures, and writes the report. A run that is wrong ends it with an
 * error. System properties: {@code benchmark.form}, short or full; {@code benchmark.parts}, with commas between them; {@code
 * benchmark.systems}, only those whose name this regular expression finds.
 */
public final class Benchmark {
    private Benchmark() {}

    public static void main(String... arguments) throws Exception {
        Settings settings = new Settings(
                Path.of(arguments[0]).toAbsolutePath(),
                Settings.Form.valueOf(property("form").toUpperCase(Locale.ROOT)),
                Pattern.compile(property("systems")));
        for (String part : property("parts").split(",", -1)) {
            switch (part) {
                case BrowserPart.NAME -> BrowserPart.run(settings);
                case ManyPart.NAME -> ManyPart.run(settings);
                case ClientsPart.NAME -> ClientsPart.run(settings);
                case CorePart.NAME -> CorePart.run(settings);
                default ->
                    throw new IllegalArgumentException("There is no part " + part + ": parts are " + BrowserPart.NAME
                            + ", " + ManyPart.NAME + ", " + ClientsPart.NAME + " and " + CorePart.NAME);
            }
        }
        Report.write(settings);
    }

    private static String property(String name) {
        return System.getProperty("benchmark." + name, "");
    }
}
