package io.http2duplex.benchmark.messages;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Settings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The measurements of messages, topics and buses. */
public final class MessagesPart {
    /** The name of its results. */
    public static final String NAME = "messages";

    /** The peer that most would compare with. */
    public static final String SOCKET_IO = "socket.io 4.8.4";

    private static final String SIGNALR = "ws 8.23.0, SignalR's framing";

    private MessagesPart() {}

    /** Measures, and keeps what was measured after every run. */
    public static void run(Settings settings) throws IOException, InterruptedException {
        MessagesPlan plan = settings.isFull() ? MessagesPlan.FULL : MessagesPlan.SHORT;
        Results results = new Results(settings, NAME);
        try (OwnServer own = OwnServer.start(settings);
                NodePeer socketIo = new NodePeer(settings, "socket.io");
                NodePeer signalR = new NodePeer(settings, "signalr-framing")) {
            Map<String, NodePeer> peers = new LinkedHashMap<>();
            peers.put(SOCKET_IO, socketIo);
            peers.put(SIGNALR, signalR);
            new EchoRuns(settings, plan, results).run(own, peers);
            new TopicRuns(settings, plan, results).run(own, peers);
        }
        new BusRuns(settings, plan, results).run();
    }
}
