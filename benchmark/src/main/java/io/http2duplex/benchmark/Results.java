package io.http2duplex.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What one part has measured, kept in a file, so that parts can be run one at a time. For one thread. */
public final class Results {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final String part;
    /** Reports each run: the whole takes long. */
    private final boolean tells;

    private final Path file;
    private final List<Run> runs = new ArrayList<>();

    /** Begins anew: what the part measured before goes with the first that is added. */
    public Results(Settings settings, String part) {
        this.part = part;
        tells = settings.isFull();
        file = file(settings, part);
    }

    /** Keeps one more. */
    public void add(Run run) {
        if (tells) {
            System.out.println(part + ", " + run.setting() + ": " + run.system());
        }
        runs.add(run);
        JSON.writeValue(file, runs);
    }

    /** {@return what the part measured when it was last run; nothing if it never was} */
    public static List<Run> of(Settings settings, String part) {
        Path file = file(settings, part);
        return Files.exists(file) ? JSON.readValue(file, new TypeReference<List<Run>>() {}) : List.of();
    }

    private static Path file(Settings settings, String part) {
        return settings.results().resolve(part + ".json");
    }
}
