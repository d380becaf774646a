package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every link of a document to a file of the repository, and to a heading in it, leads somewhere. */
class LinksTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

    static List<Path> documents() {
        String[] modules = ROOT.toFile()
                .list((inside, name) ->
                        inside.toPath().resolve(name + "/pom.xml").toFile().exists());
        return Stream.concat(Stream.of(".", "docs", "docs/recipes"), Stream.of(modules))
                .map(ROOT::resolve)
                .filter(Files::isDirectory)
                .flatMap(LinksTest::in)
                .toList();
    }

    private static Stream<Path> in(Path folder) {
        String[] names = folder.toFile().list((inside, name) -> name.endsWith(".md"));
        return Stream.of(names == null ? new String[0] : names).map(folder::resolve);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void leadSomewhere(Path document) throws IOException {
        for (String link : links(document)) {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
            assertThat(target)
                    .as("link in " + ROOT.relativize(document.normalize()))
                    .exists();
            if (parts.length == 2) {
                assertThat(anchors(target)).as("headings of " + target).contains(parts[1]);
            }
        }
    }

    private static List<String> links(Path document) throws IOException {
        return LINK.matcher(prose(document))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .toList();
    }

    /** {@return the anchors that headings have on code hosts, which number those that are there again} */
    private static Set<String> anchors(Path document) throws IOException {
        Map<String, Integer> known = new HashMap<>();
        return HEADING.matcher(prose(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .map(anchor -> {
                    int before = known.merge(anchor, 1, Integer::sum) - 1;
                    return before == 0 ? anchor : anchor + "-" + before;
                })
                .collect(Collectors.toSet());
    }

    private static String prose(Path document) throws IOException {
        return CODE.matcher(Files.readString(document)).replaceAll("");
    }
}
