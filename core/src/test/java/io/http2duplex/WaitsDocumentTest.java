package io.http2duplex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of waits in {@code docs/limits.md} against the options and the codes that there are. */
class WaitsDocumentTest {
    private static final Pattern WORD = Pattern.compile("`(\\w+)`");

    private static List<String[]> rows() throws IOException {
        String text = Files.readString(Path.of("../docs/limits.md"));
        int begin = text.indexOf("## What a session waits for");
        String section = text.substring(begin, text.indexOf("\n## ", begin));
        return section.lines()
                .filter(line -> line.matches("\\| (both|1|2) \\|.*"))
                .map(line -> line.split(" *\\| *"))
                .toList();
    }

    private static List<String> words(String cell) {
        return WORD.matcher(cell)
                .results()
                .map((MatchResult word) -> word.group(1))
                .toList();
    }

    @Test
    void everyBoundIsAnOption() throws IOException {
        List<String> options = Arrays.stream(DuplexOptions.class.getMethods())
                .map(Method::getName)
                .toList();
        assertThat(rows())
                .hasSizeGreaterThan(8)
                .allSatisfy(row -> assertThat(options).containsAll(words(row[3])));
    }

    @Test
    void everyTimeThatIsAnOptionBoundsAWait() throws IOException {
        List<String> bounds =
                rows().stream().flatMap(row -> words(row[3]).stream()).toList();
        assertThat(Arrays.stream(DuplexOptions.class.getMethods())
                        .filter(method -> method.getReturnType() == Duration.class)
                        .map(Method::getName))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(bounds.contains(option)
                                || option.equals("authorizeTimeout") // before there is a session
                                || option.equals("maxDownloadLife")) // a life, not a wait
                        .as(option)
                        .isTrue());
    }

    @Test
    void everyOutcomeIsACode() throws IOException {
        List<String> codes = Arrays.stream(ErrorCode.values()).map(Enum::name).toList();
        assertThat(rows()).allSatisfy(row -> assertThat(codes).containsAll(words(row.length > 4 ? row[4] : "")));
    }
}
