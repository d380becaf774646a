package io.http2duplex.benchmark;

import io.http2duplex.benchmark.browser.BrowserPart;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code Benchmark DIRECTORY FORM PARTS}: measures, and writes the report. A run that is wrong ends it with an error. */
public final class Benchmark {
    private Benchmark() {}

    public static void main(String... arguments) throws Exception {
        Settings settings = new Settings(
                Path.of(arguments[0]).toAbsolutePath(),
                Settings.Form.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
                arguments.length > 3 ? arguments[3] : "");
        for (String part : List.of(arguments[2].split(",", -1))) {
            switch (part) {
                case BrowserPart.NAME -> BrowserPart.run(settings);
                default -> throw new IllegalArgumentException("There is no part " + part);
            }
        }
    }
}
