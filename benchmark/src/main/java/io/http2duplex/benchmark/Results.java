package io.http2duplex.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What one part has measured, kept in a file, so that parts can be run one at a time. For one thread. */
public final class Results {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final Duration LOOK = Duration.ofSeconds(2);

    /** Reports each run: the whole takes long. */
    private final boolean tells;

    private final Path file;
    private final List<Run> runs = new ArrayList<>();
    private final Measured measured;

    /** Begins anew: what the part measured before goes with the first that is added. */
    public Results(Settings settings, String part) {
        measured = new Measured(part, today(), settings.isFull() ? busy() : 0, runs);
        tells = settings.isFull();
        file = file(settings, part);
    }

    /** Keeps one more. */
    public void add(Run run) {
        if (tells) {
            System.out.println(measured.part() + ", " + run.setting() + ": " + run.system());
        }
        runs.add(run);
        JSON.writeValue(file, measured);
    }

    /** {@return what the part measured when it was last run; nothing if it never was} */
    public static Measured of(Settings settings, String part) {
        Path file = file(settings, part);
        return Files.exists(file) ? JSON.readValue(file, Measured.class) : new Measured(part, today(), 0, List.of());
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }

    /** {@return the share of the processors that is used while the benchmark does nothing} */
    private static double busy() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        system.getCpuLoad(); // what the next call tells begins here
        Waiting.pause(LOOK);
        return system.getCpuLoad();
    }

    private static Path file(Settings settings, String part) {
        return settings.results().resolve(part + ".json");
    }
}
