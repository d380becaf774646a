package io.http2duplex.benchmark.messages;

import io.http2duplex.benchmark.AskedProcess;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.Waiting;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.client.DuplexClient;
import java.net.http.HttpClient;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** This project's server of messages and a topic, in a process of its own. */
final class OwnServer implements AutoCloseable {
    private final AskedProcess process;
    private final int port;

    private OwnServer(AskedProcess process) {
        this.process = process;
        port = process.answer().get("port").asInt();
    }

    static OwnServer start(Settings settings) {
        return new OwnServer(AskedProcess.java(
                "messages",
                settings,
                "io.http2duplex.benchmark.servers.MessageServer",
                List.of("-Xmx2g"),
                List.of(settings.certificates().toString())));
    }

    /** {@return a client that trusts it} */
    static DuplexClient client(Settings settings) {
        return DuplexClient.builder()
                .httpClient(() -> HttpClient.newBuilder()
                        .sslContext(TlsContexts.trusting(settings.development().caCertificate()))
                        .build())
                .build();
    }

    int port() {
        return port;
    }

    long cpuMillis() {
        return process.cpuMillis();
    }

    /** Publishes a message to the topic. */
    void publish() {
        process.ask("publish");
    }

    /** {@return a count of the topic's} */
    long count(String name) {
        JsonNode counts = process.ask("counts");
        return counts.get(name).asLong();
    }

    /** Waits until the topic has so many members. */
    void awaitMembers(int members) {
        Waiting.until(() -> count("members") == members, members + " members of the topic");
    }

    @Override
    public void close() {
        process.close();
    }
}
