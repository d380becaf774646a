package io.http2duplex.programs;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program that listens on a port, and that tests run beside themselves.
 *
 * @param name of its executable
 * @param debianPackage the Debian package that has it
 */
public record Program(String name, String debianPackage) {
    private static final List<String> PLACES =
            List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin");

    /** A program whose package has its name. */
    public Program(String name) {
        this(name, name);
    }

    /** The environment variable that names the executable to use, in place of looking for one. */
    public String variable() {
        return name.toUpperCase(Locale.ROOT).replace('-', '_') + "_PATH";
    }

    /**
     * Finds it, or gets it: as root on a Debian, from its package, which is unpacked with what it needs and not installed,
     * since an installed one starts a server.
     *
     * @param unpacked the folder where it is unpacked
     * @throws IllegalStateException if that can't be done; the message is one line that says what to do
     */
    public Path executable(Machine machine, Path unpacked) {
        Optional<Path> named = machine.variable(variable()).map(Path::of);
        if (named.isPresent()) {
            return named.filter(machine::isExecutable).orElseThrow(this::missing);
        }
        return found(machine, unpacked)
                .or(() -> DebianPackages.unpack(machine, unpacked, debianPackage)
                        ? found(machine, unpacked)
                        : Optional.empty())
                .orElseThrow(this::missing);
    }

    private Optional<Path> found(Machine machine, Path unpacked) {
        return PLACES.stream()
                .flatMap(place -> Stream.of(Path.of(place), unpacked.resolve(place.substring(1))))
                .map(place -> place.resolve(name))
                .filter(machine::isExecutable)
                .findFirst();
    }

    private IllegalStateException missing() {
        return new IllegalStateException(
                "The program " + name + " is needed: install it, or set " + variable() + " to its executable.");
    }

    /**
     * Starts it, after it was found or got, and waits until it listens.
     *
     * @param unpacked the folder where it is unpacked if it must be got
     * @param folder where it runs; what it prints is appended to a log there
     * @param port where it will listen
     * @throws IllegalStateException if it is not here and cannot be got
     * @throws IOException if it ends, or does not listen in time
     */
    public RunningProgram start(Path unpacked, Path folder, int port, String... arguments) throws IOException {
        Path executable = executable(Machine.real(), unpacked.toAbsolutePath());
        Path log = Files.createDirectories(folder).resolve(name + ".log");
        ProcessBuilder command = new ProcessBuilder(
                        Stream.concat(Stream.of(executable.toString()), Stream.of(arguments))
                                .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()));
        if (executable.startsWith(unpacked.toAbsolutePath())) {
            command.environment().put("LD_LIBRARY_PATH", DebianPackages.libraries(unpacked));
        }
        return new RunningProgram(command, log, port);
    }
}
