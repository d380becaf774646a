package io.http2duplex.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Debian packages, for this machine if it is a Debian and the user is root: installed, or only unpacked. */
public final class DebianPackages {
    private DebianPackages() {}

    /** Installs packages, with what they need. {@return whether that succeeded} */
    public static boolean install(Machine machine, List<String> packages) {
        return get(machine, "apt-get install -y --no-install-recommends " + String.join(" ", packages), "");
    }

    /**
     * Downloads packages, and what they need that is not installed here, and unpacks them.
     *
     * @param folder where; it is made if it does not exist
     * @return whether that succeeded
     */
    public static boolean unpack(Machine machine, Path folder, String... packages) {
        String command = """
                mkdir -p '%1$s/packages/partial' && cd '%1$s' && apt-get -o APT::Sandbox::User=root \
                    -o Dir::Cache::archives="$PWD/packages" --download-only --no-install-recommends -y install %2$s\
                """.formatted(folder.toAbsolutePath(), String.join(" ", packages));
        return get(machine, command, "for package in packages/*.deb; do dpkg-deb -x \"$package\" .; done");
    }

    /**
     * Runs a command that gets packages, then another. If the first fails, the lists of packages are updated and it is tried
     * again. What they print is shown only if they fail: apt-get warns of much that does not matter.
     */
    private static boolean get(Machine machine, String command, String then) {
        String commands = """
                get() { %s; }
                printed=$(exec 2>&1; set -e; get || { apt-get update || true; get; }; %s) || { echo "$printed"; exit 1; }
                """.formatted(command, then);
        return machine.installsDebianPackages() && machine.run(List.of("sh", "-c", commands));
    }

    /** {@return the folders of the libraries that were unpacked here, as LD_LIBRARY_PATH has them} */
    static String libraries(Path folder) {
        return Stream.of("usr/lib", "lib")
                .map(folder::resolve)
                .filter(Files::isDirectory)
                .flatMap(DebianPackages::foldersOfThisMachine)
                .collect(Collectors.joining(":"));
    }

    private static Stream<String> foldersOfThisMachine(Path libraries) {
        try (Stream<Path> folders = Files.list(libraries)) {
            return folders.map(Path::toString).filter(folder -> folder.endsWith("-linux-gnu")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
