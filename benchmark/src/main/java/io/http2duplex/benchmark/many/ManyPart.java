package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The measurements with many duplexes: each run is one system with so many of them, in a server process of its own that
 * has warmed up. A round has one run of each; every other round goes backwards.
 */
public final class ManyPart {
    /** The name of its results. */
    public static final String NAME = "many";

    private static final int AT_ONCE = 64;

    private static final int MOST_LOOKS = 20;
    private static final Duration LOOK = Duration.ofMillis(600);
    private static final double STEADY = 0.998;

    private static final int PROFILED_OPENING = 100_000;
    private static final int PROFILED_ECHOING = 10_000;
    private static final Duration PROFILED_ECHO = Duration.ofSeconds(30);

    private final Settings settings;
    private final ManyPlan plan;

    private ManyPart(Settings settings) {
        this.settings = settings;
        plan = settings.isFull() ? ManyPlan.FULL : ManyPlan.SHORT;
    }

    /** Measures, and keeps what was measured after every run. */
    public static void run(Settings settings) throws IOException {
        ManyPart part = new ManyPart(settings);
        part.measure();
        if (settings.isFull()) {
            part.profile();
        }
    }

    private void measure() throws IOException {
        Results results = new Results(settings, NAME);
        for (int round = 0; round < plan.rounds(); round++) {
            List<ManySystem> systems = Arrays.asList(ManySystem.values());
            if (round % 2 == 1) {
                Collections.reverse(systems);
            }
            for (int count : plan.counts()) {
                if (count > plan.mostAgain() && round > 0) {
                    continue;
                }
                for (ManySystem system : systems) {
                    if (settings.isMeasured(system.title())) {
                        results.add(measure(system, count));
                    }
                }
            }
        }
    }

    /** Has a server of this project's show what it spends its time on, apart from what is measured. */
    private void profile() throws IOException {
        try (ServerProcess server = ManySystem.DIALECT_2.start(settings);
                LoadGenerator load =
                        new LoadGenerator(server.port(), settings.development().caCertificate())) {
            warmUp(ManySystem.DIALECT_2, load);
            LoadMode mode = LoadMode.of(ManySystem.DIALECT_2.dialect(), false);
            server.profile();
            load.open(PROFILED_OPENING, mode);
            server.profiled(Profile.OPENING.recording(settings));
            load.closeDuplexes();
            load.open(PROFILED_ECHOING, mode);
            server.profile();
            load.echo(PROFILED_ECHO, AT_ONCE);
            server.profiled(Profile.ECHOES.recording(settings));
        }
    }

    private Run measure(ManySystem system, int count) throws IOException {
        try (ServerProcess server = system.start(settings);
                LoadGenerator load =
                        new LoadGenerator(server.port(), settings.development().caCertificate())) {
            Map<String, Double> figures = new TreeMap<>();
            LoadMode mode = LoadMode.of(system.dialect(), false);
            warmUp(system, load);
            memory(count, mode, server, load, figures);
            openAgain(mode, load);

            long cpu = server.cpuMillis();
            Duration opening = load.open(count, mode);
            figures.put("open.millis", opening.toNanos() / 1e6);
            figures.put("open.cpu", (server.cpuMillis() - cpu) * 1000.0 / count);

            echo("POST", server, load, figures);
            if (count <= plan.mostAgain()) {
                load.closeDuplexes();
                load.open(count, LoadMode.of(system.dialect(), true));
                echo("streaming", server, load, figures);
            }
            return new Run(count + " duplexes", system.title(), figures);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(system.title() + " with " + count + " duplexes: " + e.getMessage(), e);
        }
    }

    /**
     * Measures with duplexes of its own: a heap that was just collected has given its room back to the system, and to
     * open or echo right after that would be to measure how it grows again.
     */
    private static void memory(
            int count, LoadMode mode, ServerProcess server, LoadGenerator load, Map<String, Double> figures) {
        long heap = settledHeap(server);
        long resident = server.residentBytes();
        load.open(count, mode);
        figures.put("heap", (double) (server.heapBytes() - heap) / count);
        figures.put("resident", (double) (server.residentBytes() - resident) / count);
        load.closeDuplexes();
        server.heapBytes(); // the garbage of this is not to be collected while something else is measured
    }

    private void warmUp(ManySystem system, LoadGenerator load) {
        for (int round = 0; round < plan.warmUpRounds(); round++) {
            for (boolean streams : new boolean[] {false, true}) {
                LoadMode mode = LoadMode.of(system.dialect(), streams);
                openAgain(mode, load);
                load.open(plan.warmUpCount(), mode);
                load.echo(plan.warmUp(), AT_ONCE);
                load.closeDuplexes();
            }
        }
    }

    /** Has connections made and duplexes opened for as long as echoes are made: each is measured. */
    private void openAgain(LoadMode mode, LoadGenerator load) {
        long end = System.nanoTime() + plan.warmUp().toNanos();
        while (System.nanoTime() < end) {
            load.open(plan.warmUpCount(), mode);
            load.closeDuplexes();
        }
    }

    /** {@return the heap in use once what has ended is forgotten, in bytes} Outcomes are kept for some time. */
    static long settledHeap(ServerProcess server) {
        long heap = server.heapBytes();
        long before = Long.MAX_VALUE;
        for (int look = 0; look < MOST_LOOKS && heap < before * STEADY; look++) {
            Waiting.pause(LOOK);
            before = heap;
            heap = server.heapBytes();
        }
        return heap;
    }

    private void echo(String mode, ServerProcess server, LoadGenerator load, Map<String, Double> figures) {
        long cpu = server.cpuMillis();
        long before = System.nanoTime();
        Latencies latencies = load.echo(plan.echo(), AT_ONCE);
        double seconds = (System.nanoTime() - before) / 1e9;
        figures.put(mode + ".perSecond", latencies.count() / seconds);
        figures.put(mode + ".p50", latencies.percentileMillis(50));
        figures.put(mode + ".p99", latencies.percentileMillis(99));
        figures.put(mode + ".cpu", (server.cpuMillis() - cpu) * 1000.0 / latencies.count());
    }
}
