package io.http2duplex.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A file of more than 450 lines says at its head why it is so long. */
class LongFilesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int MOST_LINES = 450;
    private static final int HEAD_LINES = 60;

    @Test
    void sayWhyTheyAreLong() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            List<Path> files = modules.flatMap(
                            module -> Stream.of("src/main/java", "src").map(module::resolve))
                    .filter(sources -> sources.endsWith("java") || sources.startsWith(ROOT.resolve("browser-client")))
                    .filter(Files::isDirectory)
                    .flatMap(LongFilesTest::sources)
                    .toList();
            assertThat(files).hasSizeGreaterThan(200);
            assertThat(files).allSatisfy(file -> {
                List<String> lines = Files.readAllLines(file);
                if (lines.size() > MOST_LINES) {
                    assertThat(lines.subList(0, HEAD_LINES))
                            .as("%s has %d lines", ROOT.relativize(file), lines.size())
                            .anyMatch(line -> line.contains("The file is long because"));
                }
            });
        }
    }

    private static Stream<Path> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files
                    .filter(file ->
                            file.toString().endsWith(".java") || file.toString().endsWith(".js"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
