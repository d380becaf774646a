package io.http2duplex.benchmark.clients;

import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Node's native duplex of HTTP/2, in a process of its own: a stream, whose two bodies are a duplex of one request. */
final class NodeClient implements Client {
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final BufferedReader output;
    private final Writer input;

    NodeClient(Settings settings, int port) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder("node", "js/clients/native-duplex.mjs", "https://localhost:" + port);
        builder.environment()
                .put(
                        "NODE_EXTRA_CA_CERTS",
                        settings.development().caCertificate().toString());
        process = builder.directory(settings.directory().toFile())
                .redirectError(
                        Redirect.appendTo(settings.log("native-duplex-client").toFile()))
                .start();
        output = process.inputReader();
        input = process.outputWriter();
    }

    private double ask(String question) throws IOException {
        input.write(question + "\n");
        input.flush();
        String line = output.readLine();
        if (line == null) {
            throw new IllegalStateException("Node's client has ended at: " + question + "; its log may say why");
        }
        return JSON.readTree(line).get("figure").asDouble();
    }

    @Override
    public double roundTrips(int count) throws IOException {
        return ask("roundTrips " + count);
    }

    @Override
    public double writes(int count) throws IOException {
        return ask("writes " + count);
    }

    @Override
    public double transfer(long down, long up) throws IOException {
        return ask("transfer " + down + " " + up);
    }

    @Override
    public void close() {
        Waiting.end(List.of(process.toHandle()));
    }
}
