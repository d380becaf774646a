package io.http2duplex.example.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that tests run beside themselves.
 *
 * @param name of its executable
 * @param debianPackage the Debian package that has it
 */
record Program(String name, String debianPackage) {
    private static final List<String> PLACES = List.of("/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin");

    /** A program whose package has its name. */
    Program(String name) {
        this(name, name);
    }

    /** The environment variable that names the executable to use, in place of looking for one. */
    String variable() {
        return name.toUpperCase(Locale.ROOT) + "_PATH";
    }

    /**
     * Finds it, or gets it: as root on a Debian, from its package, which is unpacked with what it needs and not installed,
     * since an installed one starts a server.
     *
     * @param folder where it is unpacked
     * @throws IllegalStateException if that can't be done; the message is one line that says what to do
     */
    Path executable(Machine machine, Path folder) {
        Optional<Path> named = machine.variable(variable()).map(Path::of);
        Optional<Path> found = named.or(() -> Stream.concat(PLACES.stream().map(Path::of), unpackedIn(folder))
                .map(place -> place.resolve(name))
                .filter(machine::isExecutable)
                .findFirst());
        if (found.filter(machine::isExecutable).isPresent()) {
            return found.get();
        }
        if (named.isEmpty() && machine.installsDebianPackages() && machine.run(List.of("apt-get", "update"))) {
            String unpack = """
                    cd '%s' && mkdir -p packages/partial \
                    && apt-get -o APT::Sandbox::User=root -o Dir::Cache::archives="$PWD/packages" -y \
                    --no-install-recommends --download-only install %s \
                    && for package in packages/*.deb; do dpkg-deb -x "$package" .; done""".formatted(folder, debianPackage);
            if (machine.run(List.of("sh", "-c", unpack))) {
                Optional<Path> unpacked = unpackedIn(folder)
                        .map(place -> place.resolve(name))
                        .filter(machine::isExecutable)
                        .findFirst();
                if (unpacked.isPresent()) {
                    return unpacked.get();
                }
            }
        }
        throw new IllegalStateException("The tests through a proxy need " + name
                + ", and there is none: install it, or set " + variable() + " to its executable.");
    }

    private static Stream<Path> unpackedIn(Path folder) {
        return Stream.of("sbin", "bin").map(place -> folder.resolve("usr").resolve(place));
    }

    /** {@return the folders of the libraries that were unpacked with it, as LD_LIBRARY_PATH has them} */
    static String libraries(Path folder) {
        Path libraries = folder.resolve("usr").resolve("lib");
        if (!Files.isDirectory(libraries)) {
            return "";
        }
        try (Stream<Path> folders = Files.list(libraries)) {
            return folders.filter(path -> path.toString().endsWith("-linux-gnu"))
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
