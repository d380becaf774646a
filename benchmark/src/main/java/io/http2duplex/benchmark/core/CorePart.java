package io.http2duplex.benchmark.core;

import io.http2duplex.benchmark.Results;
import io.http2duplex.benchmark.Run;
import io.http2duplex.benchmark.Settings;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The microbenchmarks, by JMH, with how much they allocate. */
public final class CorePart {
    /** The name of its results. */
    public static final String NAME = "jmh";

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private CorePart() {}

    /** Measures, and keeps what was measured. */
    public static void run(Settings settings) throws RunnerException {
        // Whether the machine does something else is up to who measures.
        System.setProperty("jmh.ignoreLock", "true");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("io\\.http2duplex\\..*Benchmark\\..*(?:" + settings.systems() + ").*")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .output(settings.log("jmh").toString());
        if (settings.isFull()) {
            options.forks(2)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.milliseconds(700))
                    .measurementIterations(4)
                    .measurementTime(TimeValue.milliseconds(700));
        } else {
            // In this process.
            options.forks(0).warmupIterations(0).measurementIterations(1).measurementTime(TimeValue.milliseconds(20));
        }
        Collection<RunResult> found = new Runner(options.build()).run();
        Results results = new Results(settings, NAME);
        found.forEach(result -> results.add(run(result)));
    }

    private static Run run(RunResult result) {
        String name = result.getParams().getBenchmark();
        String parameters = result.getParams().getParamsKeys().stream()
                .map(key -> result.getParams().getParam(key) + " " + (key.equals("size") ? "bytes" : key))
                .collect(Collectors.joining(", "));
        String method = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
        Map<String, Double> figures = new TreeMap<>();
        figures.put("nanos", result.getPrimaryResult().getScore());
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        if (allocated != null) {
            figures.put("allocated", allocated.getScore());
        }
        return new Run(parameters, method, figures);
    }
}
