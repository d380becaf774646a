package io.http2duplex.benchmark.servers;

import io.http2duplex.benchmark.many.Latencies;
import io.http2duplex.messages.Bus;
import io.http2duplex.nodes.BusObserver;
import io.http2duplex.nodes.BusOptions;
import io.http2duplex.nodes.BusStatistics;
import io.http2duplex.nodes.JGroupsBus;
import io.http2duplex.nodes.RedisBus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * A node of a bus: {@code BusNode jgroups}, or {@code BusNode URI} of a Redis. It answers each line of its input with one
 * of JSON, the first one unasked, when it has joined; and it ends when its input does.
 *
 * <ul>
 *   <li>{@code nodes}: how many it knows of; with Redis it knows of none
 *   <li>{@code listen}: begins to count what comes, from nothing
 *   <li>{@code publish RATE MILLIS}: publishes numbered messages of 200 bytes, so many a second for so long
 *   <li>{@code heard COUNT}: waits until as many have come, or none for some seconds; what has come
 * </ul>
 */
public final class BusNode implements BusObserver {
    private static final int SIZE = 200;
    private static final int NUMBER = 0;
    private static final int TIME = 8;
    private static final String TOPIC = "lines";
    private static final String NAME = "benchmark";
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SILENCE = TimeUnit.SECONDS.toNanos(4);
    private static final JsonMapper JSON = new JsonMapper();

    private final Bus bus;
    private final Supplier<BusStatistics> statistics;
    private final IntSupplier nodes;
    /** Guarded by itself. */
    private final List<String> events = new ArrayList<>();

    private Heard heard = new Heard();
    private boolean listens;

    private BusNode(String engine) throws IOException {
        BusOptions options = BusOptions.DEFAULT.observer(this);
        if (engine.equals("jgroups")) {
            JGroupsBus joined = JGroupsBus.join(NAME, options);
            bus = joined;
            statistics = joined::statistics;
            nodes = joined::nodes;
        } else {
            RedisBus connected = RedisBus.connect(URI.create(engine), NAME, options);
            bus = connected;
            statistics = connected::statistics;
            nodes = () -> 0;
        }
    }

    public static void main(String... arguments) throws IOException, InterruptedException {
        BusNode node = new BusNode(arguments[0]);
        System.out.println("{}");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            System.out.println(JSON.writeValueAsString(node.answer(line.split(" ", -1))));
        }
        System.exit(0);
    }

    private Map<String, ?> answer(String... question) throws InterruptedException {
        return switch (question[0]) {
            case "nodes" -> Map.of("nodes", nodes.getAsInt());
            case "listen" -> listen();
            case "publish" -> publish(Integer.parseInt(question[1]), Integer.parseInt(question[2]));
            case "heard" -> heard.figures(Integer.parseInt(question[1]));
            default -> throw new IllegalArgumentException("There is no " + question[0]);
        };
    }

    // ---- what the bus tells

    @Override
    public void connected(String detail) {
        event("connected");
    }

    @Override
    public void disconnected(String detail) {
        event("disconnected");
    }

    private void event(String event) {
        synchronized (events) {
            events.add(event);
        }
    }

    private int disconnections() {
        synchronized (events) {
            return (int) events.stream().filter("disconnected"::equals).count();
        }
    }

    // ---- messages

    private Map<String, ?> listen() {
        Heard next = new Heard();
        heard = next;
        if (!listens) {
            listens = true;
            bus.subscribe((topic, message) -> heard.take(message));
        }
        return Map.of();
    }

    private Map<String, ?> publish(int rate, int millis) throws InterruptedException {
        long lostBefore = statistics.get().lost();
        int disconnectionsBefore = disconnections();
        long begin = System.nanoTime();
        long longest = 0;
        long mostQueued = 0;
        int count = 0;
        int all = (int) ((long) rate * millis / 1000);
        while (count < all) {
            long due = Math.min(all, (System.nanoTime() - begin) * rate / TimeUnit.SECONDS.toNanos(1));
            while (count < due) {
                ByteBuffer message = ByteBuffer.allocate(SIZE);
                long before = System.nanoTime();
                message.putLong(NUMBER, count).putLong(TIME, before);
                bus.publish(TOPIC, message);
                longest = Math.max(longest, System.nanoTime() - before);
                count++;
            }
            mostQueued = Math.max(mostQueued, statistics.get().queued());
            LockSupport.parkNanos(STEP);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        Map<String, Object> figures = new TreeMap<>();
        figures.put("published", count);
        figures.put("seconds", seconds);
        figures.put("longestMillis", longest / 1e6);
        figures.put("mostQueued", mostQueued);
        figures.put("lost", statistics.get().lost() - lostBefore);
        figures.put("disconnections", disconnections() - disconnectionsBefore);
        return figures;
    }

    /** The messages that have come. */
    private static final class Heard {
        private final Latencies delays = new Latencies();
        private long next;
        private long outOfSequence;
        private long lastAt = System.nanoTime();

        synchronized void take(ByteBuffer message) {
            long now = System.nanoTime();
            long number = message.getLong(NUMBER);
            if (message.remaining() != SIZE || number < next) {
                outOfSequence++; // or twice
            }
            next = number + 1;
            // Both processes have one clock: that of the system since it was started.
            delays.add(now - message.getLong(TIME));
            lastAt = now;
        }

        private synchronized boolean isOver(int expected) {
            return delays.count() >= expected || System.nanoTime() - lastAt > SILENCE;
        }

        Map<String, ?> figures(int expected) throws InterruptedException {
            while (!isOver(expected)) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            synchronized (this) {
                return Map.of(
                        "received", delays.count(),
                        "outOfSequence", outOfSequence,
                        "p50", delays.percentileMillis(50),
                        "longest", delays.percentileMillis(100));
            }
        }
    }
}
