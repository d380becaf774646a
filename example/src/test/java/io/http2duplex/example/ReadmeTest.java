package io.http2duplex.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** README shows the server as it is. */
class ReadmeTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();

    @Test
    void readmeShowsTheExamplesWholeServer() throws IOException {
        String readme = Files.readString(MODULE.resolveSibling("README.md"));
        Matcher shown = Pattern.compile(
                        "<!-- EchoServer.java -->\n```java\n(.*?)```\n<!-- /EchoServer.java -->", Pattern.DOTALL)
                .matcher(readme);

        assertThat(shown.find()).as("README has a place for the server").isTrue();
        assertThat(Files.readString(MODULE.resolve("src/main/java/io/http2duplex/example/EchoServer.java")))
                .endsWith(shown.group(1))
                .contains("import io.http2duplex.DuplexHandler;\n");
        assertThat(shown.group(1)).startsWith("/** Sends back");
    }
}
