package io.http2duplex.benchmark.clients;

import io.http2duplex.benchmark.AskedProcess;
import io.http2duplex.benchmark.Settings;
import java.util.List;

/** Node's native duplex of HTTP/2, in a process of its own: a stream, whose two bodies are a duplex of one request. */
final class NodeClient implements Client {
    private final AskedProcess process;

    NodeClient(Settings settings, int port) {
        process = AskedProcess.node(
                "native-duplex-client", settings, List.of("js/clients/native-duplex.mjs", "https://localhost:" + port));
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
    public double transfer(long down, long up) {
        return ask("transfer " + down + " " + up);
    }

    @Override
    public void close() {
        process.close();
    }
}
