package io.http2duplex.benchmark.browser;

import io.http2duplex.benchmark.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file in which Chromium has written what its threads did while a page measured round trips.
 *
 * @param system the name of what the page talked to
 */
public record BrowserTrace(String system) {
    /** The name of the page's mark before each round trip. */
    public static final String MARK = "round trip";

    static final int ROUND_TRIPS = 300;

    /** How long Chromium writes: longer than it takes to start and to measure. */
    private static final int SECONDS = 6;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final JsonMapper JSON = new JsonMapper();

    /** {@return the traces that the full form makes} */
    public static List<BrowserTrace> all() {
        return Stream.of("WebSocket", "fetch, streaming", "dialect 2, streaming", "fetch, POST", "dialect 2, POST")
                .map(BrowserTrace::new)
                .toList();
    }

    /** {@return where it is, if it was made} */
    public Path file(Settings settings) {
        return settings.results().resolve("trace-" + system.replaceAll("[^A-Za-z0-9]+", "-") + ".json");
    }

    /** {@return what has Chromium write a trace from its start on} */
    static List<String> arguments(Path file) {
        return List.of(
                "--trace-startup=toplevel,blink.user_timing",
                "--trace-startup-format=json",
                "--trace-startup-duration=" + SECONDS,
                "--trace-startup-file=" + file);
    }

    /** Waits until the file is there, and whole. */
    static void awaitWritten(Path file) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isWhole(file)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Chromium wrote no whole trace within " + PATIENCE + ": " + file);
            }
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static boolean isWhole(Path file) {
        try {
            return Files.exists(file) && JSON.readTree(file).has("traceEvents");
        } catch (JacksonException stillWritten) {
            return false;
        }
    }
}
