package io.http2duplex.benchmark.messages;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.servers.MessageServer;
import io.http2duplex.client.DuplexClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Echoes of messages, over one duplex or socket: what this project's cost over raw bytes, and what peers' cost. */
public final class EchoRuns {
    /** The settings under which systems are compared. */
    public static final String ONE = "echoes of 128 bytes, one at a time";

    public static final String MANY = "echoes of 128 bytes, many at a time";

    /** The systems of this project: what the server does with the bytes. */
    public static final String PIPED = "bytes, passed on as they come";

    public static final String RAW = "bytes, 132 at a time";
    public static final String BYTES = "Messages, not decoded";
    public static final String JSON = "Messages, JSON";

    private final Settings settings;
    private final MessagesPlan plan;
    private final Results results;

    EchoRuns(Settings settings, MessagesPlan plan, Results results) {
        this.settings = settings;
        this.plan = plan;
        this.results = results;
    }

    void run(OwnServer own, Map<String, NodePeer> peers) throws IOException {
        DuplexClient client = OwnServer.client(settings);
        Map<String, EchoClient> systems = new LinkedHashMap<>();
        systems.put(PIPED, JavaEchoClient.bytes(client, own, MessageServer.PIPED));
        systems.put(RAW, JavaEchoClient.bytes(client, own, MessageServer.RAW));
        systems.put(BYTES, JavaEchoClient.bytes(client, own, MessageServer.BYTES));
        systems.put(JSON, JavaEchoClient.json(client, own, MessageServer.JSON));
        systems.putAll(peers);
        systems.keySet().removeIf(title -> !settings.isMeasured(title));
        for (int round = 0; round < plan.rounds(); round++) {
            for (Map.Entry<String, EchoClient> system : systems.entrySet()) {
                measure(system.getKey(), system.getValue(), round >= plan.rounds() / 2);
            }
        }
    }

    private void measure(String title, EchoClient client, boolean counts) throws IOException {
        long cpu = client.serverCpuMillis();
        double roundTrip = client.roundTrips(plan.roundTrips());
        double cpuOfOne = (client.serverCpuMillis() - cpu) * 1000.0 / plan.roundTrips();

        cpu = client.serverCpuMillis();
        double seconds = client.echoes(plan.echoes());
        double cpuOfMany = (client.serverCpuMillis() - cpu) * 1000.0 / plan.echoes();
        if (counts) {
            results.add(new Run(ONE, title, Map.of("echo.p50", roundTrip, "echo.cpu", cpuOfOne)));
            results.add(new Run(MANY, title, Map.of("echo.perSecond", plan.echoes() / seconds, "echo.cpu", cpuOfMany)));
        }
    }
}
