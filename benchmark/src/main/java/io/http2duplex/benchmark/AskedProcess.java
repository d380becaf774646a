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

/** A process that answers each line of its input with a line of JSON. For one thread. */
public final class AskedProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedReader output;
    private final Writer input;

    private AskedProcess(String name, ProcessBuilder command, Settings settings) {
        this.name = name;
        log = settings.log(name);
        try {
            process = command.directory(settings.directory().toFile())
                    .redirectError(Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + name + ": " + e.getMessage(), e);
        }
        output = process.inputReader();
        input = process.outputWriter();
    }

    /**
     * Starts a program of this class path.
     *
     * @param name of its log
     * @param options of the virtual machine
     */
    public static AskedProcess java(
            String name, Settings settings, String program, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (!settings.isFull()) {
            command.add("-XX:TieredStopAtLevel=1"); // it ends before better code would pay
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
        command.addAll(arguments);
        return new AskedProcess(name, new ProcessBuilder(command), settings);
    }

    /**
     * Starts a script of Node's, which trusts the servers that are measured.
     *
     * @param name of its log
     * @param command options, the script, and its arguments
     */
    public static AskedProcess node(String name, Settings settings, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of("node"), command.stream()).toList());
        builder.environment()
                .put(
                        "NODE_EXTRA_CA_CERTS",
                        settings.development().caCertificate().toString());
        return new AskedProcess(name, builder, settings);
    }

    /** {@return the answer} */
    public JsonNode ask(String question) {
        say(question);
        return answer();
    }

    /** Says what is answered later. */
    public void say(String question) {
        try {
            input.write(question + "\n");
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " is gone; " + log + " may say why", e);
        }
    }

    /** {@return the next line} */
    public JsonNode answer() {
        try {
            String line = output.readLine();
            if (line == null) {
                throw new IllegalStateException(name + " has ended; " + log + " may say why");
            }
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return its id} */
    public long pid() {
        return process.pid();
    }

    /** {@return CPU time that it has used, in milliseconds} */
    public long cpuMillis() {
        return ProcessFigures.cpuMillis(Stream.of(process.toHandle()));
    }

    /** {@return resident memory in bytes} */
    public long residentBytes() {
        return ProcessFigures.residentBytes(process.toHandle());
    }

    /** Ends it. */
    @Override
    public void close() {
        Waiting.end(List.of(process.toHandle()));
    }
}
