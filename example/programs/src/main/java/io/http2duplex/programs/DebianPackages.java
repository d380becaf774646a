package io.http2duplex.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Debian packages, for this machine if it is a Debian and the user is root: installed, or only unpacked. */
public final class DebianPackages {
    private DebianPackages() {}

    /** Installs packages, with what they need. {@return whether that succeeded} */
    public static boolean install(Machine machine, List<String> packages) {
        List<String> command = new ArrayList<>(List.of("apt-get", "install", "-y", "--no-install-recommends"));
        command.addAll(packages);
        return updated(machine) && machine.run(command);
    }

    private static boolean updated(Machine machine) {
        return machine.installsDebianPackages() && machine.run(List.of("apt-get", "update"));
    }

    /**
     * Downloads packages, and what they need that is not installed here, and unpacks them.
     *
     * @param folder where; it is made if it does not exist
     * @return whether that succeeded
     */
    public static boolean unpack(Machine machine, Path folder, String... packages) {
        String commands = """
                set -e
                mkdir -p '%1$s/packages/partial'
                cd '%1$s'
                apt-get -q -o APT::Sandbox::User=root -o Dir::Cache::archives="$PWD/packages" \
                    --download-only --no-install-recommends -y install %2$s
                for package in packages/*.deb; do dpkg-deb -x "$package" .; done
                """.formatted(folder.toAbsolutePath(), String.join(" ", packages));
        return updated(machine) && machine.run(List.of("sh", "-c", commands));
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
