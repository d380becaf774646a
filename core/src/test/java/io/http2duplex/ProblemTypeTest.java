package io.http2duplex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProblemTypeTest {
    private static final Pattern SECTION = Pattern.compile("\n## Refusals\n(.*?)\n## ", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("^\\| (\\d{3}) \\| `([a-z-]+)` \\|", Pattern.MULTILINE);

    @Test
    void theProtocolsTableOfRefusalsHasEveryTypeWithItsStatus() throws IOException {
        Set<String> rows = rows();

        assertThat(rows)
                .containsAll(Arrays.stream(ProblemType.values())
                        .map(type -> type.status() + " " + type.slug())
                        .toList());
    }

    @Test
    void theProtocolsTableOfRefusalsHasNoOtherTypes() throws IOException {
        Set<String> slugs = rows().stream().map(row -> row.substring(4)).collect(Collectors.toSet());

        assertThat(slugs)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(ProblemType::slug)
                        .collect(Collectors.toSet()));
    }

    private static Set<String> rows() throws IOException {
        var section = SECTION.matcher(Files.readString(Path.of("../docs/protocol.md")));
        assertThat(section.find()).as("protocol.md has a section of refusals").isTrue();
        return ROW.matcher(section.group(1))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .collect(Collectors.toSet());
    }
}
