package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is published is what the BOM has, and what an application can name. */
class PublishedModulesTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern MODULE = Pattern.compile("<module>(?!bom<)([a-z-]+)</module>");
    private static final Pattern PART =
            Pattern.compile("<artifactId>(http2-duplex-(?!parent|bom)[a-z-]+)</artifactId>");

    @Test
    void areAllInTheBom() {
        Set<String> published = in(ROOT.resolve("pom.xml"), MODULE).stream()
                .filter(PublishedModulesTest::isPublished)
                .map(PublishedModulesTest::artifact)
                .collect(Collectors.toSet());
        assertThat(in(ROOT.resolve("bom/pom.xml"), PART)).isEqualTo(published);
    }

    @Test
    void theBomBringsNoOtherVersions() {
        assertThat(text(ROOT.resolve("bom/pom.xml")))
                .as("an application that imports it would get the parent's dependencyManagement, too")
                .doesNotContain("<parent>");
        assertThat(in(ROOT.resolve("bom/pom.xml"), Pattern.compile("<dependency>\\s*<groupId>(.*?)</groupId>")))
                .containsExactly("io.http2duplex");
    }

    private static boolean isPublished(String module) {
        return !text(pom(module)).contains("<maven.deploy.skip>true</maven.deploy.skip>");
    }

    private static String artifact(String module) {
        return in(pom(module), PART).stream()
                .filter(artifact ->
                        text(pom(module)).indexOf(artifact) < text(pom(module)).indexOf("<name>"))
                .findAny()
                .orElseThrow();
    }

    private static Path pom(String module) {
        return ROOT.resolve(module).resolve("pom.xml");
    }

    private static Set<String> in(Path file, Pattern pattern) {
        return pattern.matcher(text(file))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
