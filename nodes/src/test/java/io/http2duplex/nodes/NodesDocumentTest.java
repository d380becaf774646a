package io.http2duplex.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/nodes.md} has every option of forwarding and of a bus once, and no other. */
class NodesDocumentTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

    private static Stream<String> options(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getReturnType() == type && method.getParameterCount() == 1)
                .map(Method::getName)
                .distinct();
    }

    @Test
    void itHasTheOptionsOfForwardingAndOfABus() throws IOException {
        List<String> documented = ROW.matcher(Files.readString(Path.of("../docs/nodes.md")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(options(ForwardingHandler.Builder.class), options(BusOptions.class))
                                .toList());
    }
}
