package io.http2duplex.benchmark.servers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/** Records what this process spends its time on, with the JDK's Flight Recorder. For one thread. */
final class Recorder {
    private static final Duration PERIOD = Duration.ofMillis(2);

    private @Nullable Recording recording;

    void start() {
        Recording started = new Recording();
        started.enable("jdk.ExecutionSample").withPeriod(PERIOD);
        started.start();
        recording = started;
    }

    void stop(Path file) throws IOException {
        if (recording == null) {
            throw new IllegalStateException("Nothing was recorded");
        }
        try (Recording stopped = recording) {
            stopped.stop();
            stopped.dump(file);
        }
    }
}
