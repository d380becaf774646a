package io.http2duplex.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** README and the documents show code as it is compiled and run here. */
class ReadmeTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path README = MODULE.resolveSibling("README.md");

    @Test
    void readmeShowsAFirstServerThatCompiles() throws IOException {
        assertThat(source("src/test/java/io/http2duplex/example/FirstServer.java"))
                .isEqualTo("package io.http2duplex.example;\n\n" + shown(README, "FirstServer.java", "java"));
    }

    @Test
    void readmeShowsThePageOfTheFirstServer() throws IOException {
        assertThat(source("src/test/resources/page/first.html")).isEqualTo(shown(README, "first.html", "html"));
    }

    /** Maven 3.8 brings a compiler plugin that does not know maven.compiler.release, and would compile for Java 5. */
    @Test
    void readmesPomIsOfThisVersionAndForTheOldestMaven() throws IOException {
        String pom = Files.readString(MODULE.resolve("pom.xml"));
        String version = pom.substring(pom.indexOf("<version>"), pom.indexOf("</version>"))
                .replace("<version>", "");
        Matcher shown =
                Pattern.compile("```xml\n(<properties>.*?)```", Pattern.DOTALL).matcher(Files.readString(README));

        assertThat(shown.find()).isTrue();
        assertThat(shown.group(1))
                .contains("<maven.compiler.source>17<", "<maven.compiler.target>17<")
                .doesNotContain("maven.compiler.release");
        assertThat(Pattern.compile("<version>(.*?)</version>")
                        .matcher(shown.group(1))
                        .results())
                .hasSize(3)
                .allSatisfy(found -> assertThat(found.group(1)).isEqualTo(version));
    }

    @Test
    void readmesFiguresAreRowsOfTheLastResults() throws IOException {
        Path results = MODULE.resolveSibling("benchmark").resolve("RESULTS.md");
        List<String> rows = rows(README, "How fast it is");

        assertThat(rows).hasSizeGreaterThan(5);
        assertThat(rows(results, "In short")).containsAll(rows);
    }

    @Test
    void readmeIsShort() throws IOException {
        assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(220);
    }

    @Test
    void theServersPageShowsTheExamplesWholeServer() throws IOException {
        String shown = shown(MODULE.resolveSibling("docs").resolve("server.md"), "EchoServer.java", "java");

        assertThat(shown).startsWith("/** Sends back");
        assertThat(source("src/main/java/io/http2duplex/example/EchoServer.java"))
                .endsWith(shown);
    }

    /** {@return the rows of the tables in one section} */
    private static List<String> rows(Path document, String section) throws IOException {
        String text = Files.readString(document);
        int from = text.indexOf("\n## " + section + "\n");
        assertThat(from)
                .as(document.getFileName() + " has a section " + section)
                .isNotNegative();
        int to = text.indexOf("\n## ", from + 1);
        return text.substring(from, to)
                .lines()
                .filter(line -> line.startsWith("| "))
                .toList();
    }

    private static String source(String file) throws IOException {
        return Files.readString(MODULE.resolve(file));
    }

    /** {@return what a document has between a file's markers} */
    private static String shown(Path document, String file, String language) throws IOException {
        Matcher shown = Pattern.compile(
                        "<!-- " + Pattern.quote(file) + " -->\n```" + language + "\n(.*?)```\n<!-- /"
                                + Pattern.quote(file) + " -->",
                        Pattern.DOTALL)
                .matcher(Files.readString(document));
        assertThat(shown.find())
                .as(document.getFileName() + " has a place for " + file)
                .isTrue();
        return shown.group(1);
    }
}
