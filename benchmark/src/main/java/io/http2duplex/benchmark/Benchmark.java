package io.http2duplex.benchmark;

import io.http2duplex.benchmark.report.Report;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
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
        Map<String, Part> parts = Part.all();
        for (String part : property("parts").split(",", -1)) {
            Part known = parts.get(part);
            if (known == null) {
                throw new IllegalArgumentException("There is no part " + part + ": parts are " + parts.keySet());
            }
            known.run(settings);
        }
        Report.write(settings);
    }

    private static String property(String name) {
        return System.getProperty("benchmark." + name, "");
    }
}
