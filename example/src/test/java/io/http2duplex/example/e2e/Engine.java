package io.http2duplex.example.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Playwright;
import io.http2duplex.programs.DebianPackages;
import io.http2duplex.programs.Machine;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An engine that {@link EngineSuite} runs in. Chromium is that of all end-to-end tests. The others are Debian's packages,
 * got as root on a Debian; each is started on a page, with a folder for all that it keeps, and nothing drives it.
 */
enum Engine {
    CHROMIUM("", "", "") {
        @Override
        Running start(Path executable, Path folder, String url) {
            Playwright playwright = TestBrowser.playwright();
            TestBrowser.on(Machine.real())
                    .launch(playwright)
                    .newContext(new Browser.NewContextOptions().setIgnoreHTTPSErrors(true))
                    .newPage()
                    .navigate(url);
            return playwright::close;
        }
    },

    /** Without a window, with a profile that trusts the certificates of the tests. */
    FIREFOX("/usr/bin/firefox-esr", "/usr/bin/certutil", "firefox-esr libnss3-tools") {
        @Override
        Running start(Path executable, Path folder, String url) throws IOException {
            String profile = "sql:" + folder;
            runToEnd(folder, "certutil", "-N", "-d", profile, "--empty-password");
            String ca = TestServer.certificates().caCertificate().toString();
            runToEnd(folder, "certutil", "-A", "-d", profile, "-n", "tests", "-t", "C,,", "-i", ca);
            Files.write(folder.resolve("user.js"), PREFERENCES);
            return running(
                    new ProcessBuilder(
                            executable.toString(), "--headless", "--no-remote", "--profile", folder.toString(), url),
                    folder);
        }
    },

    /**
     * WebKitGTK's small browser, on a display that nobody sees. It trusts what the system trusts, which it sees with the
     * certificates of the tests: with {@code --ignore-tls-errors} requests that outlive their page would fail.
     */
    WEBKIT(
            "/usr/lib/" + System.getProperty("os.arch").replace("amd64", "x86_64")
                    + "-linux-gnu/webkit2gtk-4.1/MiniBrowser",
            "/usr/bin/Xvfb",
            "webkit2gtk-driver xvfb") {
        @Override
        Path executable(Machine machine) {
            Path found = super.executable(machine);
            if (!machine.run(Stream.concat(privately(), Stream.of("true")).toList())) {
                throw new IllegalStateException("The tests in WEBKIT need to mount a file for one process, which "
                        + this + " trusts, and may not: run them as root, or where users may have namespaces.");
            }
            return found;
        }

        /** Runs a command that sees mounts of its own. */
        private static Stream<String> privately() {
            Stream<String> command = Stream.of("unshare", "--mount");
            return Machine.isRoot() ? command : Stream.concat(command, Stream.of("--map-root-user"));
        }

        @Override
        Running start(Path executable, Path folder, String url) throws IOException {
            Path trusted = folder.resolve("trusted.pem");
            Path system = Path.of("/etc/ssl/certs/ca-certificates.crt");
            Files.writeString(
                    trusted,
                    Files.readString(system)
                            + Files.readString(TestServer.certificates().caCertificate()));
            Process display = new ProcessBuilder("Xvfb", "-displayfd", "1", "-nolisten", "tcp")
                    .redirectError(folder.resolve("display.log").toFile())
                    .start();
            String number = display.inputReader().readLine();
            // What is mounted is mounted for this process alone.
            String mountAndRun =
                    "mount --bind '" + trusted + "' " + system + " && exec '" + executable + "' '" + url + "'";
            ProcessBuilder browser = new ProcessBuilder(Stream.concat(privately(), Stream.of("sh", "-c", mountAndRun))
                    .toList());
            browser.environment().put("DISPLAY", ":" + number);
            browser.environment().put("NO_AT_BRIDGE", "1");
            Running running = running(browser, folder);
            return () -> {
                running.close();
                display.destroyForcibly();
            };
        }
    };

    /** A browser that was started. */
    interface Running {
        void close();
    }

    /** Firefox is quiet on the network, and shows only the pages of the tests. */
    private static final List<String> PREFERENCES = Stream.of(
                    "app.normandy.enabled\", false",
                    "browser.aboutwelcome.enabled\", false",
                    "browser.safebrowsing.malware.enabled\", false",
                    "browser.safebrowsing.phishing.enabled\", false",
                    "browser.shell.checkDefaultBrowser\", false",
                    "browser.startup.homepage_override.mstone\", \"ignore\"",
                    "datareporting.policy.dataSubmissionEnabled\", false",
                    "extensions.systemAddon.update.enabled\", false",
                    "network.captive-portal-service.enabled\", false",
                    "network.connectivity-service.enabled\", false",
                    "services.settings.server\", \"data:,\"")
            .map(preference -> "user_pref(\"" + preference + ");")
            .toList();

    private final String place;
    private final String helper;
    private final String packages;

    /**
     * @param place the executable, where the package puts it
     * @param helper what is needed besides
     * @param packages of Debian, with spaces between them; empty if the other tests get it
     */
    Engine(String place, String helper, String packages) {
        this.place = place;
        this.helper = helper;
        this.packages = packages;
    }

    /** The environment variable that names the executable to use, in place of looking for one. */
    String variable() {
        return name() + "_PATH";
    }

    /**
     * Finds it, or gets it, with the other engines that are missing.
     *
     * @throws IllegalStateException if that can't be done; the message is one line that says what to do
     */
    Path executable(Machine machine) {
        if (!isThere(machine)) {
            DebianPackages.install(
                    machine,
                    Arrays.stream(values())
                            .filter(engine -> !engine.isThere(machine))
                            .flatMap(engine -> Stream.of(engine.packages.split(" ")))
                            .toList());
        }
        if (!isThere(machine)) {
            throw new IllegalStateException("The tests in " + this + " need " + place(machine) + " and " + helper
                    + ", and one is missing: install the packages " + packages + ", or set " + variable()
                    + " to the executable of the browser.");
        }
        return place(machine);
    }

    private Path place(Machine machine) {
        return Path.of(machine.variable(variable()).orElse(place));
    }

    private boolean isThere(Machine machine) {
        return packages.isEmpty() || (machine.isExecutable(place(machine)) && machine.isExecutable(Path.of(helper)));
    }

    /**
     * Starts it on a page.
     *
     * @param folder an empty one
     */
    abstract Running start(Path executable, Path folder, String url) throws IOException;

    private static void runToEnd(Path folder, String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("output.log").toFile()))
                    .start();
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(List.of(command) + " failed; output.log in " + folder + " may tell why");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Running running(ProcessBuilder browser, Path folder) throws IOException {
        browser.environment().put("HOME", folder.toString());
        Process process = browser.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile())
                .start();
        return () -> {
            List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            Await.until("the browser has ended", () -> all.stream().noneMatch(ProcessHandle::isAlive));
        };
    }
}
