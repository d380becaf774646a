package io.http2duplex.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents for contributors name classes, packages and folders that exist. */
class NamesInDocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\\.([a-z]\\w*))?`");
    private static final Pattern CLASS_IN_PICTURE = Pattern.compile("\\b[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*\\b");
    private static final Pattern PICTURE = Pattern.compile("\n```\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern PACKAGE = Pattern.compile("`(io\\.http2duplex[a-z.]*)`");
    private static final Pattern CLIENT_PATH = Pattern.compile("`(browser-client/[a-z0-9/.-]+)`");

    /** The source files of all modules by the names of their classes. */
    private static final Map<String, Path> SOURCES = new HashMap<>();

    private static final Set<String> PACKAGES = new HashSet<>();

    @BeforeAll
    static void findSources() throws IOException {
        for (String module : List.of(
                "core", "servlet", "server", "messages", "nodes", "java-client", "certs", "example", "benchmark")) {
            for (String scope : List.of("main", "test")) {
                Path folder = ROOT.resolve(module).resolve("src").resolve(scope).resolve("java");
                if (Files.isDirectory(folder)) {
                    try (Stream<Path> files = Files.walk(folder)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                            SOURCES.put(file.getFileName().toString().replace(".java", ""), file);
                            PACKAGES.add(folder.relativize(file.getParent())
                                    .toString()
                                    .replace(file.getFileSystem().getSeparator(), "."));
                        });
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/architecture.md", "CONTRIBUTING.md"})
    void theirClassesExist(String document) throws IOException {
        List<String[]> named = CLASS.matcher(text(document))
                .results()
                .map(match -> new String[] {match.group(1), match.group(2)})
                .toList();
        assertThat(named).hasSizeGreaterThan(5);
        for (String[] name : named) {
            assertThat(SOURCES).as("classes that " + document + " names").containsKey(name[0]);
            if (name[1] != null) {
                assertThat(source(name[0])).as(name[0]).contains(" " + name[1] + "(");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/architecture.md", "CONTRIBUTING.md"})
    void theirPackagesExist(String document) throws IOException {
        List<String> named = all(PACKAGE, text(document));
        assertThat(named).isNotEmpty();
        assertThat(PACKAGES).as("packages that " + document + " names").containsAll(named);
    }

    @Test
    void thePictureOfTheArchitectureNamesClassesThatExist() throws IOException {
        List<String> pictures = all(PICTURE, text("docs/architecture.md"));
        assertThat(pictures).isNotEmpty();
        List<String> named = CLASS_IN_PICTURE
                .matcher(pictures.get(0))
                .results()
                .map(match -> match.group())
                .toList();
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(SOURCES).containsKeys(named.toArray(String[]::new));
    }

    @Test
    void theArchitectureNamesFoldersOfTheClientThatExist() throws IOException {
        List<String> named = all(CLIENT_PATH, text("docs/architecture.md"));
        assertThat(named)
                .isNotEmpty()
                .allSatisfy(path -> assertThat(ROOT.resolve(path)).exists());
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static String text(String document) throws IOException {
        return Files.readString(ROOT.resolve(document));
    }

    private static String source(String name) {
        try {
            return Files.readString(SOURCES.get(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
