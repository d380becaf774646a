package io.http2duplex.benchmark.browser;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An installed Chromium or Chrome, or the one that Playwright has downloaded for the end-to-end tests. */
public final class InstalledBrowser {
    /** Names the browser to use, in place of looking for one. */
    private static final String PATH_VARIABLE = "CHROMIUM_PATH";

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");

    private InstalledBrowser() {}

    /** {@return the browser's executable} */
    public static Path find() throws IOException {
        String named = System.getenv(PATH_VARIABLE);
        if (named != null && !named.isBlank()) {
            return Path.of(named);
        }
        Optional<Path> installed = Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (installed.isPresent()) {
            return installed.get();
        }
        Path downloads = Path.of(System.getProperty("user.home"), ".cache", "ms-playwright");
        if (Files.exists(downloads)) {
            try (Stream<Path> files = Files.find(downloads, 3, (file, attributes) -> isBrowser(file))) {
                Optional<Path> downloaded = files.findFirst();
                if (downloaded.isPresent()) {
                    return downloaded.get();
                }
            }
        }
        throw new IllegalStateException("The benchmark needs Chromium or Chrome, and none is installed: install one, or"
                + " set " + PATH_VARIABLE + " to its executable.");
    }

    private static boolean isBrowser(Path file) {
        String name = file.getFileName().toString();
        return (name.equals("headless_shell") || name.equals("chrome-headless-shell") || name.equals("chrome"))
                && Files.isExecutable(file)
                && Files.isRegularFile(file);
    }
}
