package io.http2duplex.example.e2e;

import io.http2duplex.programs.DebianPackages;
import io.http2duplex.programs.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The compiler of Go, which a Debian's root can get: its packages are unpacked, and not installed. */
final class Go {
    /** Names the {@code go} to use, in place of looking for one. */
    static final String PATH_VARIABLE = "GO_PATH";

    private Go() {}

    /** {@return the program that the source was compiled to; compiled once} */
    static Path program(Path source) throws IOException {
        Path program = source.resolveSibling("go-client");
        Machine machine = Machine.real();
        if (!machine.isExecutable(program)) {
            Path go = executable(machine, Files.createDirectories(source.resolveSibling("go")));
            String compile = "GOCACHE='%s' GO111MODULE=off '%s' build -o '%s' '%s'"
                    .formatted(source.resolveSibling("go-cache"), go, program, source);
            if (!machine.run(List.of("sh", "-c", compile))) {
                throw new IllegalStateException("The recipe for Go does not compile");
            }
        }
        return program;
    }

    private static Path executable(Machine machine, Path folder) {
        Path unpacked = folder.resolve("usr/lib/go-1.19/bin/go");
        Optional<Path> named = machine.variable(PATH_VARIABLE).map(Path::of);
        if (named.isPresent()) {
            return named.get();
        }
        Path installed = Path.of("/usr/bin/go");
        if (machine.isExecutable(installed)) {
            return installed;
        }
        if (machine.isExecutable(unpacked)
                || DebianPackages.unpack(machine, folder, "golang-1.19-go", "golang-1.19-src")) {
            return unpacked;
        }
        throw new IllegalStateException("The recipes for Go need its compiler, and there is none: install it, or set "
                + PATH_VARIABLE + " to its executable.");
    }
}
