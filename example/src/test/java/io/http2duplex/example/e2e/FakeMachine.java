package io.http2duplex.example.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A machine as a test wants it; it notes the commands that are run on it. */
final class FakeMachine implements Machine {
    Map<String, String> variables = Map.of();
    String system = "Linux";
    boolean debian;
    Predicate<String> outcome = command -> false;
    final Set<Path> executables = new HashSet<>();
    final List<String> commands = new ArrayList<>();

    @Override
    public Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name));
    }

    @Override
    public String operatingSystem() {
        return system;
    }

    @Override
    public boolean isExecutable(Path file) {
        return executables.contains(file);
    }

    @Override
    public boolean installsDebianPackages() {
        return debian;
    }

    @Override
    public boolean run(List<String> command) {
        commands.add(String.join(" ", command));
        return outcome.test(String.join(" ", command));
    }
}
