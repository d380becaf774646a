package io.http2duplex.benchmark.browser;

import io.http2duplex.benchmark.ProcessFigures;
import io.http2duplex.benchmark.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A headless Chromium with a fresh profile and one page. Nothing watches it: that would slow uploads. */
final class Chromium implements AutoCloseable {
    private static final List<String> ARGUMENTS = List.of(
            "--headless=new",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding",
            "--disable-backgrounding-occluded-windows",
            "--disable-features=SpareRendererForSitePerProcess,Translate,OptimizationHints",
            "--use-mock-keychain",
            "--password-store=basic");

    private final Path profile;
    private final Process process;
    /** A benchmark that is broken off leaves no browser behind. */
    private final Thread cleaning = new Thread(this::end);

    /**
     * @param folder for the profile
     * @param trusted base64 of the SHA-256 of the server's public key
     * @param address of the page
     * @param arguments more of them
     */
    Chromium(Path folder, String trusted, String address, List<String> arguments) {
        try {
            profile = Files.createTempDirectory(folder, "profile");
            List<String> command = new ArrayList<>();
            command.add(InstalledBrowser.find().toString());
            command.addAll(ARGUMENTS);
            command.add("--user-data-dir=" + profile);
            command.add("--ignore-certificate-errors-spki-list=" + trusted);
            if (System.getProperty("user.name").equals("root")) {
                // Chromium's sandbox does not work for root.
                command.add("--no-sandbox");
            }
            command.addAll(arguments);
            command.add(address);
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start();
            Runtime.getRuntime().addShutdownHook(cleaning);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return CPU time of the page's own process, in milliseconds} */
    long pageCpuMillis() {
        return ProcessFigures.cpuMillis(process.descendants().filter(Chromium::isRenderer));
    }

    /** {@return CPU time of all its processes, in milliseconds} */
    long cpuMillis() {
        return ProcessFigures.cpuMillis(Stream.concat(Stream.of(process.toHandle()), process.descendants()));
    }

    private static boolean isRenderer(ProcessHandle process) {
        // The JDK takes no command line that a process has changed.
        return ProcessFigures.commandLine(process).contains("--type=renderer");
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(cleaning);
        end();
    }

    private void end() {
        Waiting.end(Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList());
        deleteProfile();
    }

    private void deleteProfile() {
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
