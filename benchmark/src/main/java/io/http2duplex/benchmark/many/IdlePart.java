package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The measurements of duplexes that idle: each run is one system under one load, in a server process of its own. Once
 * each: they are figures of size.
 */
public final class IdlePart {
    /** The name of its results. */
    public static final String NAME = "idle";

    /** The setting with the most of them, in the full form. */
    public static final String MILLION = IdleLoad.FULL.get(0).setting();

    /** The name of this project's server in the results. */
    public static final String OWN = IdleSystem.DUPLEX_SERVER_MANY.title();

    /** How many duplexes are opened before it is asked whether there is time for more. */
    private static final int STEP = 10_000;

    private static final int WARM_UP_COUNT = 500;
    private static final Duration OPENING = Duration.ofMinutes(6);

    /** Few, so that the server is idle in between. */
    private static final int AT_ONCE = 4;

    private static final double GIBIBYTE = 1 << 30;

    private final ServerProcess server;
    private final LoadGenerator load;
    private final IdleLoad plan;
    private final IdleSystem system;
    private final Map<String, Double> figures = new TreeMap<>();

    private IdlePart(ServerProcess server, LoadGenerator load, IdleLoad plan, IdleSystem system) {
        this.server = server;
        this.load = load;
        this.plan = plan;
        this.system = system;
    }

    /** Measures, and keeps what was measured after every run. */
    public static void run(Settings settings) throws IOException {
        Results results = new Results(settings, NAME);
        List<IdleLoad> loads = settings.isFull() ? IdleLoad.FULL : IdleLoad.SHORT;
        for (IdleLoad plan : loads) {
            for (IdleSystem system : plan.systems()) {
                if (settings.isMeasured(system.title())) {
                    results.add(new Run(plan.setting(), system.title(), measure(settings, plan, system)));
                }
            }
        }
    }

    private static Map<String, Double> measure(Settings settings, IdleLoad plan, IdleSystem system) throws IOException {
        try (ServerProcess server = system.start(settings, plan);
                LoadGenerator load = system.generator(server.port(), plan, settings)) {
            IdlePart part = new IdlePart(server, load, plan, system);
            part.measure();
            return part.figures;
        } catch (IllegalStateException e) {
            throw new IllegalStateException(system.title() + ", " + plan.setting() + ": " + e.getMessage(), e);
        }
    }

    private void measure() {
        warmUp();
        long heap = plan.warmUp().isZero() ? server.heapBytes() : ManyPart.settledHeap(server);
        long resident = server.residentBytes();
        if (!open()) {
            return;
        }
        size("heap", heap, server.heapBytes());
        size("resident", resident, server.residentBytes());
        if (!plan.sample().isZero() && system.echoes()) {
            Latencies latencies = load.sample(plan.sample(), AT_ONCE);
            figures.put("echo.p50", latencies.percentileMillis(50));
            figures.put("echo.p99", latencies.percentileMillis(99));
        }
        if (!plan.idle().isZero()) {
            idle();
        }
    }

    private void warmUp() {
        long end = System.nanoTime() + plan.warmUp().toNanos();
        while (System.nanoTime() < end) {
            system.open(load, WARM_UP_COUNT, plan.perConnection());
            load.closeDuplexes();
        }
    }

    /** {@return whether all are open} A peer may fail, and what is open then is its result. */
    private boolean open() {
        long cpu = server.cpuMillis();
        long before = System.nanoTime();
        int open = 0;
        try {
            while (open < plan.count() && System.nanoTime() - before < OPENING.toNanos()) {
                int more = Math.min(STEP, plan.count() - open);
                system.open(load, more, plan.perConnection());
                open += more;
            }
        } catch (IllegalStateException e) {
            if (!system.isPeer()) {
                throw e;
            }
            System.out.println(system.title() + " failed with more than " + open + " duplexes: " + e.getMessage());
        }
        figures.put("open", (double) open);
        figures.put("open.seconds", (System.nanoTime() - before) / 1e9);
        if (open < plan.count()) {
            return false;
        }
        figures.put("open.cpu", (server.cpuMillis() - cpu) * 1000.0 / open);
        return true;
    }

    private void size(String figure, long before, long after) {
        figures.put(figure, (double) (after - before) / plan.count());
        figures.put(figure + ".gibibytes", after / GIBIBYTE);
    }

    private void idle() {
        long cpu = server.cpuMillis();
        long before = System.nanoTime();
        Waiting.pause(plan.idle());
        figures.put("idle.cpu", (server.cpuMillis() - cpu) * 1e9 / (System.nanoTime() - before));
    }
}
