package io.http2duplex.benchmark.messages;

import io.http2duplex.Duplex;
import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.many.Listeners;
import io.http2duplex.benchmark.servers.MessageServer;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** A topic with many members: each message is published when all of them have the one before. */
public final class TopicRuns {
    /** The systems of this project. */
    public static final String TOPIC = "Topic";

    public static final String TOPIC_WITH_SLOW = "Topic, one member more that reads nothing";

    public static final String TOPIC_OF_BROWSERS = "Topic, a connection for each member";

    private static final int TOGETHER = 100;

    private final Settings settings;
    private final MessagesPlan plan;
    private final Results results;

    TopicRuns(Settings settings, MessagesPlan plan, Results results) {
        this.settings = settings;
        this.plan = plan;
        this.results = results;
    }

    /** {@return the setting under which systems are compared} */
    public static String setting(int members) {
        return "a message of 128 bytes to " + members + " members";
    }

    void run(OwnServer server, Map<String, NodePeer> peers) throws IOException {
        if (settings.isMeasured(TOPIC)) {
            own(server);
        }
        if (settings.isMeasured(TOPIC_OF_BROWSERS)) {
            server.awaitMembers(0);
            try (Listeners listeners = new Listeners(settings, server.port(), plan.members(), 1)) {
                server.awaitMembers(plan.members());
                Runnable published = () -> listeners.receive(MessageServer.FRAME, server::publish);
                measure(TOPIC_OF_BROWSERS, published, server::cpuMillis);
            }
        }
        peers.forEach((title, peer) -> {
            if (settings.isMeasured(title)) {
                peer.join(plan.members());
                measure(title, peer::publish, peer::serverCpuMillis);
                peer.close(); // many sockets, which have heartbeats
            }
        });
    }

    private void own(OwnServer server) throws IOException {
        try (Listeners listeners = new Listeners(settings, server.port(), plan.members(), TOGETHER)) {
            server.awaitMembers(plan.members());
            Runnable published = () -> listeners.receive(MessageServer.FRAME, server::publish);
            measure(TOPIC, published, server::cpuMillis);

            Duplex slow = OwnServer.client(settings)
                    .connect(URI.create("https://localhost:" + server.port() + MessageServer.FULL));
            server.awaitMembers(plan.members() + 1);
            long dropped = server.count("dropped");
            Map<String, Double> figures = figures(published, server::cpuMillis);
            figures.put("missed", (double) server.count("dropped") - dropped);
            results.add(new Run(setting(plan.members()), TOPIC_WITH_SLOW, figures));
            slow.reset();
        }
    }

    private void measure(String system, Runnable published, LongSupplier serverCpuMillis) {
        results.add(new Run(setting(plan.members()), system, figures(published, serverCpuMillis)));
    }

    /** @param published publishes a message, and returns when all members have it */
    private Map<String, Double> figures(Runnable published, LongSupplier serverCpuMillis) {
        for (int i = 0; i < plan.warmUp(); i++) {
            published.run();
        }
        double[] millis = new double[plan.published()];
        long cpu = serverCpuMillis.getAsLong();
        for (int i = 0; i < millis.length; i++) {
            long before = System.nanoTime();
            published.run();
            millis[i] = (System.nanoTime() - before) / 1e6;
        }
        double micros = (serverCpuMillis.getAsLong() - cpu) * 1000.0;
        Arrays.sort(millis);
        Map<String, Double> figures = new TreeMap<>();
        figures.put("delivery.cpu", micros / plan.published() / plan.members());
        figures.put("all.p50", millis[millis.length / 2]);
        figures.put("all.longest", millis[millis.length - 1]);
        return figures;
    }
}
