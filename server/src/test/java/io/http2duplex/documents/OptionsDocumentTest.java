package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexOptions;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/options.md} has every option of the builders once, and no other. */
class OptionsDocumentTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|([^|]*)\\|([^|]*)\\|", Pattern.MULTILINE);

    private record Option(String name, String unit, String standard) {}

    @Test
    void itHasTheOptionsOfDuplexHandler() throws IOException {
        assertThat(documented("DuplexHandler"))
                .extracting(Option::name)
                .containsExactlyInAnyOrderElementsOf(options(DuplexHandler.Builder.class));
    }

    @Test
    void itHasTheOptionsOfDuplexServer() throws IOException {
        assertThat(documented("DuplexServer"))
                .extracting(Option::name)
                .containsExactlyInAnyOrderElementsOf(options(DuplexServer.Builder.class));
    }

    @Test
    void itHasTheDefaultsOfDuplexHandler() throws ReflectiveOperationException, IOException {
        DuplexHandler.Builder builder = DuplexHandler.builder(duplex -> {});
        List<String> compared = new ArrayList<>();
        for (Option option : documented("DuplexHandler")) {
            Method getter = Arrays.stream(DuplexOptions.class.getMethods())
                    .filter(method -> method.getName().equals(option.name()) && method.getParameterCount() == 0)
                    .findFirst()
                    .orElse(null);
            // The budget depends on the heap.
            if (getter != null && !option.name().equals("memoryBudget")) {
                String standard = text(getter.invoke(builder), option.unit());
                if (!standard.isEmpty()) {
                    assertThat(option.standard()).as(option.name()).startsWith(standard);
                    compared.add(option.name());
                }
            }
        }
        assertThat(compared).hasSizeGreaterThan(15);
    }

    /** {@return the names of a builder's methods that take something and return the builder} */
    private static List<String> options(Class<?> builder) {
        return Arrays.stream(builder.getMethods())
                .filter(method -> method.getParameterCount() > 0)
                .filter(method -> method.getReturnType().isAssignableFrom(builder))
                .map(Method::getName)
                .distinct()
                .toList();
    }

    /** {@return the rows of the tables in a section} */
    private static List<Option> documented(String section) throws IOException {
        String text = Files.readString(Path.of("../docs/options.md"));
        int begin = text.indexOf("\n## " + section + "\n");
        assertThat(begin).as("the section " + section).isNotNegative();
        int end = text.indexOf("\n## ", begin + 1);
        return ROW.matcher(text.substring(begin, end))
                .results()
                .map(row -> new Option(
                        row.group(1), row.group(2).strip(), row.group(3).strip()))
                .toList();
    }

    /** {@return a value as the document writes it; empty if it is no number, time or switch} */
    private static String text(Object value, String unit) {
        if (value instanceof Duration time) {
            return time.isZero() ? "0" : time.toSeconds() < 60 ? time.toSeconds() + " s" : time.toMinutes() + " min";
        }
        if (value instanceof Number number) {
            long count = number.longValue();
            if (!unit.startsWith("bytes")) {
                return String.format(Locale.ROOT, "%,d", count);
            }
            return count < 1024 * 1024 ? count / 1024 + " KiB" : count / (1024 * 1024) + " MiB";
        }
        return value instanceof Boolean ? value.toString() : "";
    }
}
