package io.http2duplex.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code core} exports to whom: to each module what its code imports, so that it runs on the module path, no more. */
class ModuleExportsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path CORE = ROOT.resolve("core/src/main/java");
    private static final Pattern MODULE = Pattern.compile("<module>(?!bom<|core<)([a-z-]+)</module>");
    private static final Pattern EXPORT = Pattern.compile("exports ([\\w.]+) to\\s+([^;]+);");
    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?(io\\.http2duplex\\.internal(?:\\.[a-z]\\w*)+)\\.", Pattern.MULTILINE);
    private static final Pattern NAME =
            Pattern.compile("^(?:open )?module ([\\w.]+)|<Automatic-Module-Name>(.*?)<", Pattern.MULTILINE);

    @Test
    void areWhatTheOthersImport() {
        Map<String, Set<String>> imported = new TreeMap<>();
        MODULE.matcher(text(ROOT.resolve("pom.xml"))).results().forEach(found -> {
            Path module = ROOT.resolve(found.group(1));
            importsOf(module)
                    .filter(name -> Files.isDirectory(CORE.resolve(name.replace('.', '/'))))
                    .forEach(name -> imported.computeIfAbsent(name, any -> new TreeSet<>())
                            .add(nameOf(module)));
        });
        Map<String, Set<String>> exported = new TreeMap<>();
        EXPORT.matcher(text(CORE.resolve("module-info.java")))
                .results()
                .forEach(found -> exported.put(
                        found.group(1), new TreeSet<>(List.of(found.group(2).split(",\\s*")))));
        assertThat(exported).isEqualTo(imported);
    }

    private static Stream<String> importsOf(Path module) {
        Path sources = module.resolve("src/main/java");
        if (!Files.isDirectory(sources)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream()
                    .flatMap(file -> IMPORT.matcher(text(file)).results())
                    .map(found -> found.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nameOf(Path module) {
        Path info = module.resolve("src/main/java/module-info.java");
        Matcher name = NAME.matcher(text(Files.exists(info) ? info : module.resolve("pom.xml")));
        if (name.find()) {
            return name.group(1) == null ? name.group(2) : name.group(1);
        }
        return "io.http2duplex." + module.getFileName(); // it is not published
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
