package io.http2duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/java-client.md} has every option of {@link DuplexClient.Builder} once, and no other. */
class ClientOptionsDocumentTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

    @Test
    void itHasTheOptionsOfTheBuilder() throws IOException {
        String text = Files.readString(Path.of("../docs/java-client.md"));
        int begin = text.indexOf("\n## Options\n");
        List<String> documented = ROW.matcher(text.substring(begin, text.indexOf("\n## ", begin + 1)))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(DuplexClient.Builder.class.getMethods())
                        .filter(method -> method.getReturnType() == DuplexClient.Builder.class)
                        .map(method -> method.getName())
                        .toList());
    }
}
