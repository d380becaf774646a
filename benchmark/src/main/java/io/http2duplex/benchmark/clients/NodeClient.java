package io.http2duplex.benchmark.clients;

import io.http2duplex.benchmark.AskedProcess;
import io.http2duplex.benchmark.Settings;
import java.util.ArrayList;
import java.util.List;

/** A script of Node's, in a process of its own. */
final class NodeClient implements Client {
    private final AskedProcess process;

    /**
     * @param name of the script
     * @param arguments the server's origin, and what else the script takes
     */
    NodeClient(Settings settings, String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("js/clients/" + name + ".mjs"));
        command.addAll(List.of(arguments));
        process = AskedProcess.node(name + "-client", settings, command);
    }

    private double ask(String question) {
        return process.ask(question).get("figure").asDouble();
    }

    @Override
    public double roundTrips(int count) {
        return ask("roundTrips " + count);
    }

    @Override
    public double writes(int count) {
        return ask("writes " + count);
    }

    @Override
    public double echo(long bytes) {
        return ask("echo " + bytes);
    }

    @Override
    public double transfer(long down, long up) {
        return ask("transfer " + down + " " + up);
    }

    @Override
    public void close() {
        process.close();
    }
}
