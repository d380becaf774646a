package io.http2duplex.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server in a process of its own, started and asked over its standard input and output. For one thread. */
public final class ServerProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedReader output;
    private final Writer input;
    private final int port;

    private ServerProcess(String name, List<String> command, Path directory, Path log) {
        this.name = name;
        this.log = log;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectError(Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + name + ": " + e.getMessage(), e);
        }
        output = process.inputReader();
        input = process.outputWriter();
        port = answer().get("port").asInt();
    }

    /** Starts a server of this project's, or one of Undertow's: one of the kinds of {@code BenchmarkServer}. */
    public static ServerProcess java(String kind, Settings settings, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "io.http2duplex.benchmark.servers.BenchmarkServer",
                kind,
                settings.certificates().toString(),
                settings.page().toString()));
        return new ServerProcess(kind, command, settings.directory(), settings.log(kind));
    }

    /** Starts a server of a peer's: one of the scripts in the folder of the peers' servers. */
    public static ServerProcess node(String script, Settings settings, List<String> options) {
        return node(script, settings, options, List.of());
    }

    /**
     * Starts a server of a peer's: one of the scripts in the folder of the peers' servers.
     *
     * @param options for Node
     * @param arguments for the script
     */
    public static ServerProcess node(String script, Settings settings, List<String> options, List<String> arguments) {
        List<String> command = Stream.of(
                        Stream.of("node", "--expose-gc"),
                        options.stream(),
                        Stream.of(
                                "js/servers/" + script,
                                "--cert",
                                settings.development().certificateChain().toString(),
                                "--key",
                                settings.development().privateKey().toString(),
                                "--root",
                                settings.page().toString()),
                        arguments.stream())
                .flatMap(part -> part)
                .toList();
        return new ServerProcess(script, command, settings.directory(), settings.log(script));
    }

    /** {@return the port that it listens on} */
    public int port() {
        return port;
    }

    /** {@return CPU time that it has used, in milliseconds} */
    public long cpuMillis() {
        return ProcessFigures.cpuMillis(Stream.of(process.toHandle()));
    }

    /** {@return resident memory in bytes} */
    public long residentBytes() {
        return ProcessFigures.residentBytes(process.toHandle());
    }

    /** {@return the heap in use after garbage collection, in bytes} */
    public long heapBytes() {
        return ask("heap").get("heap").asLong();
    }

    /** Has one of this project's servers record what it spends its time on, until {@link #profiled}. */
    public void profile() {
        ask("profile");
    }

    /**
     * Ends a recording.
     *
     * @param file where it goes
     */
    public void profiled(Path file) {
        ask("profiled " + file);
    }

    private JsonNode ask(String question) {
        try {
            input.write(question + "\n");
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " is gone", e);
        }
        return answer();
    }

    private JsonNode answer() {
        try {
            String line = output.readLine();
            if (line == null) {
                throw new IllegalStateException("The server " + name + " has ended; " + log + " may say why");
            }
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        Waiting.end(List.of(process.toHandle()));
    }
}
