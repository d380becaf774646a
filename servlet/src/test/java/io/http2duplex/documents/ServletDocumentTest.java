package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexOptions;
import io.http2duplex.servlet.DuplexServlet;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/servlet.md} has the options that the servlet alone has, and names tests that exist. */
class ServletDocumentTest {
    private static final Pattern OPTION = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("`(\\w{30,})`");

    private static List<String> found(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(Path.of("../docs/servlet.md")))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void itHasTheOptionsThatTheServletAddsToThoseOfEveryEndpoint() throws IOException {
        List<String> added = Arrays.stream(DuplexServlet.Builder.class.getDeclaredMethods())
                .filter(method ->
                        method.getReturnType() == DuplexServlet.Builder.class && method.getParameterCount() > 0)
                .map(Method::getName)
                .toList();
        assertThat(DuplexOptions.class).isAssignableFrom(DuplexServlet.Builder.class);
        assertThat(found(OPTION)).isEqualTo(added);
    }

    @Test
    void theTestsThatItNamesExist() throws IOException {
        String tests = Files.readString(Path.of("src/test/java/io/http2duplex/wire/ContainersTest.java"));
        assertThat(found(TEST))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(tests).contains("void " + name + "("));
    }
}
