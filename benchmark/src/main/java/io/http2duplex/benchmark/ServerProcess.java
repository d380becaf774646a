package io.http2duplex.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A server in a process of its own. For one thread. */
public final class ServerProcess implements AutoCloseable {
    private final AskedProcess process;
    private final int port;

    private ServerProcess(AskedProcess process) {
        this.process = process;
        port = process.answer().get("port").asInt();
    }

    /** Starts a server of this project's, or one of Undertow's: one of the kinds of {@code BenchmarkServer}. */
    public static ServerProcess java(String kind, Settings settings, List<String> options) {
        return new ServerProcess(AskedProcess.java(
                kind,
                settings,
                "io.http2duplex.benchmark.servers.BenchmarkServer",
                options,
                List.of(
                        kind,
                        settings.certificates().toString(),
                        settings.page().toString())));
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
                        Stream.of("--expose-gc"),
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
        return new ServerProcess(AskedProcess.node(script, settings, command));
    }

    /** {@return the port that it listens on} */
    public int port() {
        return port;
    }

    /** {@return CPU time that it has used, in milliseconds} */
    public long cpuMillis() {
        return process.cpuMillis();
    }

    /** {@return resident memory in bytes} */
    public long residentBytes() {
        return process.residentBytes();
    }

    /** {@return the heap in use after garbage collection, in bytes} */
    public long heapBytes() {
        return process.ask("heap").get("heap").asLong();
    }

    /** Has a server of a peer's publish a message to its room. */
    public void publish() {
        process.ask("publish");
    }

    /** Has one of this project's servers record what it spends its time on, until {@link #profiled}. */
    public void profile() {
        process.ask("profile");
    }

    /**
     * Ends a recording.
     *
     * @param file where it goes
     */
    public void profiled(Path file) {
        process.ask("profiled " + file);
    }

    /** Ends it. */
    @Override
    public void close() {
        process.close();
    }
}
