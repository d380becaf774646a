package io.http2duplex.programs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A simulated machine, for tests of what looks for programs; it notes the commands that are run on it. */
public final class SimulatedMachine implements Machine {
    public Map<String, String> variables = Map.of();
    public String system = "Linux";
    public boolean debian;
    public Predicate<String> outcome = command -> false;
    public final Set<Path> executables = new HashSet<>();
    public final List<String> commands = new ArrayList<>();

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
