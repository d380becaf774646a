package io.http2duplex.benchmark.messages;

import io.http2duplex.benchmark.AskedProcess;
import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import java.util.List;

/** What messages are compared with: a server and a client of Node's, each in a process of its own. */
final class NodePeer implements EchoClient, AutoCloseable {
    private static final String HEAP = "--max-old-space-size=4096";

    private final ServerProcess server;
    private final AskedProcess client;

    /** @param name of the server's script, and of the client's way to talk */
    NodePeer(Settings settings, String name) {
        server = ServerProcess.node(name + ".mjs", settings, List.of(HEAP));
        client = AskedProcess.node(
                name + "-client",
                settings,
                List.of(HEAP, "js/clients/messages.mjs", "https://localhost:" + server.port(), name));
    }

    @Override
    public double roundTrips(int count) {
        return client.ask("roundTrips " + count).get("figure").asDouble();
    }

    @Override
    public double echoes(int count) {
        return client.ask("echoes " + count).get("figure").asDouble();
    }

    @Override
    public long serverCpuMillis() {
        return server.cpuMillis();
    }

    /** Opens so many sockets, members of a room. */
    void join(int members) {
        client.ask("join " + members);
    }

    /** Publishes a message to the room, and waits until all members have it. */
    void publish() {
        client.say("next");
        server.publish();
        client.answer();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
