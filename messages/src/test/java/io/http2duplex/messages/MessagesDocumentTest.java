package io.http2duplex.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code docs/messages.md} has every option of {@link MessageOptions}, and no other. */
@Timeout(60)
class MessagesDocumentTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

    @Test
    void itHasTheOptionsInJava() throws IOException {
        String text = Files.readString(Path.of("../docs/messages.md"));
        List<String> documented = ROW.matcher(
                        text.substring(text.indexOf("\n## In Java\n"), text.indexOf("\n## In the page\n")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(MessageOptions.class.getMethods())
                        .filter(method ->
                                method.getReturnType() == MessageOptions.class && method.getParameterCount() == 1)
                        .map(Method::getName)
                        .toList());
    }
}
