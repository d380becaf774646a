package io.http2duplex.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An extension that runs a command in processes of their own, as users do, and leaves none behind. */
public final class CommandProcess implements BeforeEachCallback, AfterEachCallback {
    private final Class<?> command;
    private final List<Process> processes = new ArrayList<>();
    private Path errors = Path.of("");

    public CommandProcess(Class<?> command) {
        this.command = command;
    }

    public Process start(String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), command.getName()));
        line.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(line).redirectError(errors.toFile()).start();
        processes.add(process);
        return process;
    }

    /** {@return what the process that was started last has written on its standard error} */
    public String errors() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        errors = Files.createTempFile("stderr", null);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        processes.forEach(Process::destroyForcibly);
        Files.delete(errors);
    }
}
