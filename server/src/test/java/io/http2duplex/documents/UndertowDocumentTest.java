package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/undertow.md} names the tests that cover what it says. */
class UndertowDocumentTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)(?:\\.([a-z][A-Za-z0-9]*))?`");

    @Test
    void everyTestThatItNamesIsThere() throws IOException {
        Map<String, Path> sources;
        try (var core = Files.walk(Path.of("../core/src/test/java"));
                var server = Files.walk(Path.of("src/test/java"))) {
            sources = Stream.concat(core, server)
                    .filter(file -> file.toString().endsWith("Test.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, other) -> one));
        }
        List<String[]> named = NAMED.matcher(Files.readString(Path.of("../docs/undertow.md")))
                .results()
                .map(match -> new String[] {match.group(1), match.group(2)})
                .toList();
        assertThat(named).isNotEmpty();
        for (String[] test : named) {
            Path source = sources.get(test[0]);
            assertThat(source).as(test[0]).isNotNull();
            if (test[1] != null) {
                assertThat(Files.readString(source)).contains("void " + test[1] + "(");
            }
        }
    }
}
