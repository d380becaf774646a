package io.http2duplex.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The machine that this runs on, as far as finding or getting a program goes. */
public interface Machine {
    /** The value of an environment variable, if it is set to something. */
    Optional<String> variable(String name);

    /** {@code os.name}, as the JDK has it. */
    String operatingSystem();

    boolean isExecutable(Path file);

    /** Whether packages can be installed with apt-get: a Debian or one of its kin, and the user is root. */
    boolean installsDebianPackages();

    /** Runs a command to its end, showing what it prints. {@return whether it succeeded} */
    boolean run(List<String> command);

    /** This very machine. */
    static Machine real() {
        return new Machine() {
            @Override
            public Optional<String> variable(String name) {
                return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
            }

            @Override
            public String operatingSystem() {
                return System.getProperty("os.name");
            }

            @Override
            public boolean isExecutable(Path file) {
                return Files.isRegularFile(file) && Files.isExecutable(file);
            }

            @Override
            public boolean installsDebianPackages() {
                return Files.exists(Path.of("/etc/debian_version")) && isRoot();
            }

            @Override
            public boolean run(List<String> command) {
                try {
                    Process process = new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .start();
                    // Not by inheriting: a test's process speaks with Maven over its own output.
                    process.getInputStream().transferTo(System.out);
                    return process.waitFor() == 0;
                } catch (IOException e) {
                    System.out.println(e.getMessage());
                    return false;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        };
    }

    /** Whether this process runs as root; Chromium's sandbox does not work then. */
    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
