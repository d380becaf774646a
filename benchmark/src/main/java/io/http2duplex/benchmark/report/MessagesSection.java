package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.messages.BusRuns;
import io.http2duplex.benchmark.messages.EchoRuns;
import io.http2duplex.benchmark.messages.MessagesPart;
import io.http2duplex.benchmark.messages.TopicRuns;
import java.util.Map;

/** What was measured of messages, topics and buses. */
final class MessagesSection implements Section {
    private static final String ECHO_CPU = "echo.cpu";
    private static final String DELIVERY_CPU = "delivery.cpu";
    private static final String ALL = "all.longest";
    private static final String LOST = "lost";
    private static final String PER_SECOND = "perSecond";
    private static final int JGROUPS_RATE = 100_000;
    private static final int REDIS_RATE = 50_000;

    /** The publisher is held to its rate by the clock: by how much it may be behind. */
    private static final double PUNCTUAL = 0.99;

    private static final Map<String, String> COLUMNS = Document.columns(
            "p50, ms", "echo.p50",
            "echoes/s", "echo.perSecond",
            "server's CPU µs an echo", ECHO_CPU,
            "server's CPU µs a delivery", DELIVERY_CPU,
            "all have it, ms: p50", "all.p50",
            "longest", ALL,
            "missed by that member, of 100", "missed",
            "published/s", PER_SECOND,
            "lost", LOST,
            "of which the publisher knows", "lost.told",
            "longest publish, ms", "publish.longest",
            "most that waited, MB", "queued",
            "delay p50, ms", "delay.p50",
            "longest, ms", "delay.longest",
            "disconnections", "disconnections",
            "CPU µs a message, both nodes", "cpu");

    @Override
    public String part() {
        return MessagesPart.NAME;
    }

    @Override
    public void goals(Measurements messages, Goals goals) {
        goals.atMost(
                "Messages against raw bytes, apart from Jackson: CPU time an echo, one at a time",
                1.15,
                messages.ratio(EchoRuns.ONE, EchoRuns.BYTES, EchoRuns.RAW, ECHO_CPU));
        goals.atMost("– many at a time", 1.15, messages.ratio(EchoRuns.MANY, EchoRuns.BYTES, EchoRuns.RAW, ECHO_CPU));
        String topic = TopicRuns.setting(10_000);
        topic("Topic of 10,000 members", topic, TopicRuns.TOPIC, messages, goals);
        topic("– with a member that reads nothing", topic, TopicRuns.TOPIC_WITH_SLOW, messages, goals);
        bus("JGroups", BusRuns.jgroups(JGROUPS_RATE), JGROUPS_RATE, messages, goals);
        bus("Redis", BusRuns.redis(REDIS_RATE), REDIS_RATE, messages, goals);
    }

    private static void topic(String what, String setting, String system, Measurements messages, Goals goals) {
        goals.noMore(what + ": server's CPU a delivery (µs)", 10, messages.median(setting, system, DELIVERY_CPU));
        goals.noMore(what + ": until all have a message (ms)", 250, messages.median(setting, system, ALL));
    }

    private static void bus(String what, String system, int rate, Measurements messages, Goals goals) {
        goals.noFewer(
                what + ": messages of 200 bytes a second",
                PUNCTUAL * rate,
                messages.median(BusRuns.CALM, system, PER_SECOND));
        goals.noMore("– of which are lost in calm", 0, messages.median(BusRuns.CALM, system, LOST));
    }

    @Override
    public void write(Measurements messages, Document document) {
        for (String setting : messages.settings()) {
            document.heading("Messages: " + setting);
            document.table("system", messages, setting, COLUMNS);
        }
    }
}
