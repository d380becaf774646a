package io.http2duplex.benchmark.messages;

import io.http2duplex.benchmark.AskedProcess;
import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.Waiting;
import io.http2duplex.programs.Program;
import io.http2duplex.programs.RunningProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Buses between two processes: one publishes numbered messages of 200 bytes, evenly; the other counts what comes. */
public final class BusRuns {
    /** The settings. */
    public static final String CALM = "a bus, nothing happens";

    public static final String STOPPED = "a bus, the receiving process stands still for 3 s";
    public static final String RESTARTED = "a bus, the broker is killed and started again after 1 s";

    private static final Program REDIS = new Program("redis-server");

    private static final String LOST = "lost";
    private static final String OUT_OF_SEQUENCE = "outOfSequence";

    private static final int BEFORE_MILLIS = 1_000;
    private static final int STOPPED_MILLIS = 3_000;
    private static final int AWAY_MILLIS = 1_000;
    /** From its begin until all is as before, or known to be lost. */
    private static final int DISTURBED_MILLIS = 8_000;

    private final Settings settings;
    private final MessagesPlan plan;
    private final Results results;

    BusRuns(Settings settings, MessagesPlan plan, Results results) {
        this.settings = settings;
        this.plan = plan;
        this.results = results;
    }

    /** {@return the name of a system} */
    public static String jgroups(int rate) {
        return "JGroups, " + rate + " a second";
    }

    /** {@return the name of a system} */
    public static String redis(int rate) {
        return "Redis, " + rate + " a second";
    }

    /** What happens while messages are published. */
    @FunctionalInterface
    private interface Disturbance {
        void happen() throws IOException;
    }

    void run() throws IOException {
        String jgroups = jgroups(plan.jgroupsRate());
        if (settings.isMeasured(jgroups)) {
            jgroups(jgroups);
        }
        String redis = redis(plan.redisRate());
        if (settings.isFull() && settings.isMeasured(redis)) { // else the tests of nodes have done what there is to do
            redis(redis);
        }
    }

    private void jgroups(String system) throws IOException {
        int first = RunningProgram.freePort();
        int second = RunningProgram.freePort();
        String hosts = "127.0.0.1[" + first + "],127.0.0.1[" + second + "]";
        try (AskedProcess publisher = jgroupsNode("publisher", first, hosts);
                AskedProcess receiver = jgroupsNode("receiver", second, hosts)) {
            publisher.answer();
            receiver.answer();
            for (AskedProcess node : List.of(publisher, receiver)) {
                Waiting.until(() -> node.ask("nodes").get("nodes").asInt() == 2, "a group of two nodes");
            }
            measure(system, plan.jgroupsRate(), publisher, receiver);
        }
    }

    private AskedProcess jgroupsNode(String name, int port, String hosts) {
        return node(
                "jgroups-" + name,
                "jgroups",
                List.of("-Djgroups.bind_port=" + port, "-Djgroups.tcpping.initial_hosts=" + hosts));
    }

    private AskedProcess node(String name, String engine, List<String> options) {
        return AskedProcess.java(
                "bus-" + name, settings, "io.http2duplex.benchmark.servers.BusNode", options, List.of(engine));
    }

    private void redis(String system) throws IOException {
        int port = RunningProgram.freePort();
        String address = "redis://127.0.0.1:" + port;
        Path folder = settings.target().resolve("redis");
        try (RunningProgram redis =
                        REDIS.start(folder, folder, port, "--port", "" + port, "--bind", "127.0.0.1", "--save", "");
                AskedProcess publisher = node("redis-publisher", address, List.of());
                AskedProcess receiver = node("redis-receiver", address, List.of())) {
            publisher.answer();
            receiver.answer();
            measure(system, plan.redisRate(), publisher, receiver);
            if (settings.isFull()) {
                disturbed(RESTARTED, system, plan.redisRate(), publisher, receiver, () -> {
                    redis.kill();
                    Waiting.pause(Duration.ofMillis(AWAY_MILLIS));
                    redis.startAgain();
                });
            }
        }
    }

    private void measure(String system, int rate, AskedProcess publisher, AskedProcess receiver) throws IOException {
        if (settings.isFull()) {
            publish(rate, plan.busMillis(), publisher, receiver, () -> {}); // warms up
        }
        Run calm = new Run(CALM, system, publish(rate, plan.busMillis(), publisher, receiver, () -> {}));
        results.add(calm);
        if (calm.figure(LOST) + calm.figure(OUT_OF_SEQUENCE) > 0) {
            throw new IllegalStateException("Messages were lost, though nothing has happened: " + calm);
        }
        if (settings.isFull()) {
            disturbed(STOPPED, system, rate, publisher, receiver, () -> {
                signal("STOP", receiver);
                Waiting.pause(Duration.ofMillis(STOPPED_MILLIS));
                signal("CONT", receiver);
            });
        }
    }

    private void disturbed(
            String setting,
            String system,
            int rate,
            AskedProcess publisher,
            AskedProcess receiver,
            Disturbance disturbance)
            throws IOException {
        results.add(new Run(setting, system, publish(rate, DISTURBED_MILLIS, publisher, receiver, () -> {
            Waiting.pause(Duration.ofMillis(BEFORE_MILLIS));
            disturbance.happen();
        })));
    }

    private static Map<String, Double> publish(
            int rate, int millis, AskedProcess publisher, AskedProcess receiver, Disturbance meanwhile)
            throws IOException {
        receiver.ask("listen");
        long cpu = publisher.cpuMillis() + receiver.cpuMillis();
        publisher.say("publish " + rate + " " + millis);
        meanwhile.happen();
        JsonNode published = publisher.answer();
        int count = published.get("published").asInt();
        JsonNode heard = receiver.ask("heard " + count);
        double cpuMillis = publisher.cpuMillis() + receiver.cpuMillis() - cpu;
        Map<String, Double> figures = new TreeMap<>();
        figures.put("perSecond", count / published.get("seconds").asDouble());
        figures.put(LOST, (double) count - heard.get("received").asInt());
        figures.put("lost.told", published.get("lost").asDouble());
        figures.put(OUT_OF_SEQUENCE, heard.get(OUT_OF_SEQUENCE).asDouble());
        figures.put("publish.longest", published.get("longestMillis").asDouble());
        figures.put("queued", published.get("mostQueued").asDouble() / 1e6);
        figures.put("delay.p50", heard.get("p50").asDouble());
        figures.put("delay.longest", heard.get("longest").asDouble());
        figures.put("disconnections", published.get("disconnections").asDouble());
        figures.put("cpu", cpuMillis * 1000 / count);
        return figures;
    }

    private static void signal(String name, AskedProcess process) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        Waiting.result(kill.onExit(), "kill");
    }
}
