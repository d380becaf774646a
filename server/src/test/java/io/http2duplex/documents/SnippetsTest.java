package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java code that the documents show stands in {@link Snippets}, where it compiles. */
class SnippetsTest {
    /** Not those between markers, which other tests compare with other files. */
    private static final Pattern BLOCK =
            Pattern.compile("(?<!-->\n)^```java\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

    private static final Pattern PARAGRAPHS = Pattern.compile("\n\n");
    private static final Pattern COMMENT = Pattern.compile("(?<![:\"])//.*");

    @ParameterizedTest
    @ValueSource(strings = {"server.md", "operating.md", "exposing.md"})
    void theirCodeCompiles(String document) throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/http2duplex/documents/Snippets.java"));
        List<String> blocks = BLOCK.matcher(Files.readString(Path.of("../docs", document)))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
        assertThat(blocks).isNotEmpty();
        for (String block : blocks) {
            for (String part : PARAGRAPHS.split(block, -1)) { // a method each
                assertThat(bare(source)).as(document).contains(bare(part));
            }
        }
    }

    /** {@return code without comments and white space, which a formatter may change} */
    private static String bare(String code) {
        return COMMENT.matcher(code).replaceAll("").replaceAll("\\s", "");
    }
}
