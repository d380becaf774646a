package io.http2duplex.example.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CLI;
import com.microsoft.playwright.Playwright;
import io.http2duplex.programs.DebianPackages;
import io.http2duplex.programs.Machine;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The browser of the tests: an installed Chromium or Chrome, or else one that is got for them: Debian's package as root
 * on a Debian, otherwise Playwright's own download. There is no way to run the tests without one.
 *
 * @param executable empty for the one that Playwright has downloaded
 */
record TestBrowser(Optional<Path> executable) {
    /** Names the browser to use, in place of looking for one. */
    static final String PATH_VARIABLE = "CHROMIUM_PATH";

    private static final String HELP = "The end-to-end tests need Chromium or Chrome, none is installed, and none could"
            + " be downloaded: install one, or set " + PATH_VARIABLE + " to its executable.";
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
    /** Quiet on the network; and HTTP/2 for certain, which is what the servers of the tests speak. */
    private static final List<String> ARGUMENTS = List.of(
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--disable-quic");

    /**
     * Finds a browser, or gets one.
     *
     * @throws IllegalStateException if that can't be done; the message is one line that says what to do
     */
    static TestBrowser on(Machine machine) {
        Optional<String> named = machine.variable(PATH_VARIABLE);
        if (named.isPresent()) {
            return named.map(Path::of)
                    .filter(machine::isExecutable)
                    .map(TestBrowser::at)
                    .orElseThrow(() -> new IllegalStateException(
                            PATH_VARIABLE + " is set to " + named.get() + ", where there is no executable file."));
        }
        Optional<Path> installed = installed(machine);
        if (installed.isPresent()) {
            return at(installed.get());
        }
        if (DebianPackages.install(machine, List.of("chromium"))) {
            installed = installed(machine);
            if (installed.isPresent()) {
                return at(installed.get());
            }
        }
        if (machine.run(playwrightDownload())) {
            return new TestBrowser(Optional.empty());
        }
        throw new IllegalStateException(HELP);
    }

    private static TestBrowser at(Path executable) {
        return new TestBrowser(Optional.of(executable));
    }

    private static Optional<Path> installed(Machine machine) {
        return candidates(machine).filter(machine::isExecutable).findFirst();
    }

    private static Stream<Path> candidates(Machine machine) {
        String system = machine.operatingSystem();
        if (system.startsWith("Windows")) {
            return Stream.of("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")
                    .flatMap(variable -> machine.variable(variable).stream())
                    .flatMap(folder -> Stream.of("Google\\Chrome", "Chromium")
                            .map(product -> Path.of(folder + "\\" + product + "\\Application\\chrome.exe")));
        }
        if (system.startsWith("Mac")) {
            return Stream.of("Google Chrome", "Chromium")
                    .map(name -> Path.of("/Applications/" + name + ".app/Contents/MacOS/" + name));
        }
        List<Path> candidates = new ArrayList<>();
        String path = machine.variable("PATH").orElse("/usr/local/bin:/usr/bin:/bin");
        for (String name : NAMES) {
            for (String folder : path.split(Pattern.quote(File.pathSeparator), -1)) {
                candidates.add(Path.of(folder).resolve(name));
            }
        }
        return candidates.stream();
    }

    /** In a process of its own, since Playwright's command line ends the process that it runs in. */
    static List<String> playwrightDownload() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CLI.class.getName(),
                "install",
                "--only-shell",
                "chromium");
    }

    /** Gets the browser before the tests need it, so that a build that can't have one ends with one line. */
    public static void main(String... arguments) {
        try {
            on(Machine.real());
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Starts Playwright without a download of its own. */
    static Playwright playwright() {
        return Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }

    Browser launch(Playwright playwright) {
        return launch(playwright, List.of());
    }

    /** @param without arguments of Playwright that must be left out */
    Browser launch(Playwright playwright, List<String> without) {
        BrowserType.LaunchOptions options =
                new BrowserType.LaunchOptions().setArgs(ARGUMENTS).setIgnoreDefaultArgs(without);
        executable.ifPresent(options::setExecutablePath);
        // Chromium's sandbox does not work for root.
        options.setChromiumSandbox(!Machine.isRoot());
        return playwright.chromium().launch(options);
    }
}
