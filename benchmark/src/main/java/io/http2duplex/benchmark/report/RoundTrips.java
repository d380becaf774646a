package io.http2duplex.benchmark.report;

import io.http2duplex.benchmark.browser.BrowserTrace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Chromium's threads did in a page's round trips, by a trace of its own. Times are microseconds. */
final class RoundTrips {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int WARM_UP = 10;

    /** Where something is done. */
    enum Lane {
        PAGE("page, main thread"),
        PAGE_OTHERS("page, other threads"),
        NETWORK("network process"),
        BROWSER("browser process");

        private final String title;

        Lane(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** A stretch of time. */
    record Span(double from, double to) {
        double length() {
            return to - from;
        }

        /** {@return how much of it is in the other} */
        double within(Span other) {
            return Math.max(0, Math.min(to, other.to) - Math.max(from, other.from));
        }
    }

    private final Map<Lane, List<Span>> tasks = new EnumMap<>(Lane.class);
    private final List<Span> roundTrips = new ArrayList<>();

    private RoundTrips() {}

    static RoundTrips of(Path trace) {
        JsonNode events = JSON.readTree(trace).get("traceEvents");
        Map<String, String> processes = new HashMap<>();
        Map<String, String> threads = new HashMap<>();
        Map<String, List<Span>> spans = new TreeMap<>();
        List<Double> marks = new ArrayList<>();
        String page = "";
        for (JsonNode event : events) {
            String process = event.get("pid").asString();
            String thread = process + " " + event.get("tid").asString();
            String name = event.get("name").asString();
            String kind = event.get("ph").asString();
            if (name.equals("process_name")) {
                processes.put(process, event.get("args").get("name").asString());
            } else if (name.equals("thread_name")) {
                threads.put(thread, event.get("args").get("name").asString());
            } else if (name.equals(BrowserTrace.MARK)) {
                page = process;
                marks.add(event.get("ts").asDouble());
            } else if (kind.equals("X")) {
                double from = event.get("ts").asDouble();
                spans.computeIfAbsent(thread, unknown -> new ArrayList<>())
                        .add(new Span(from, from + event.get("dur").asDouble()));
            }
        }
        RoundTrips found = new RoundTrips();
        for (Map.Entry<String, List<Span>> entry : spans.entrySet()) {
            String process = entry.getKey().substring(0, entry.getKey().indexOf(' '));
            Lane lane = lane(
                    process.equals(page),
                    processes.getOrDefault(process, ""),
                    threads.getOrDefault(entry.getKey(), ""));
            if (lane != null) {
                found.tasks.computeIfAbsent(lane, unknown -> new ArrayList<>()).addAll(outermost(entry.getValue()));
            }
        }
        marks.sort(Comparator.naturalOrder());
        for (int i = WARM_UP + 1; i < marks.size(); i++) {
            found.roundTrips.add(new Span(marks.get(i - 1), marks.get(i)));
        }
        found.roundTrips.sort(Comparator.comparingDouble(Span::length));
        return found;
    }

    private static @Nullable Lane lane(boolean isPage, String process, String thread) {
        if (isPage) {
            return thread.equals("CrRendererMain") ? Lane.PAGE : Lane.PAGE_OTHERS;
        }
        if (process.contains("network")) {
            return Lane.NETWORK;
        }
        return process.equals("Browser") ? Lane.BROWSER : null;
    }

    /** What is done within another task is part of it. */
    private static List<Span> outermost(List<Span> spans) {
        List<Span> sorted = new ArrayList<>(spans);
        sorted.sort(Comparator.comparingDouble(Span::from));
        List<Span> outermost = new ArrayList<>();
        double end = 0;
        for (Span span : sorted) {
            if (span.from >= end) {
                outermost.add(span);
                end = span.to;
            }
        }
        return outermost;
    }

    /** {@return the round trip in the middle of all, by how long they took; empty if there is none} */
    List<Span> typical() {
        return roundTrips.isEmpty() ? List.of() : List.of(roundTrips.get(roundTrips.size() / 2));
    }

    List<Span> tasks(Lane lane) {
        return tasks.getOrDefault(lane, List.of());
    }

    int count() {
        return roundTrips.size();
    }

    OptionalDouble medianMillis() {
        return typical().stream()
                .mapToDouble(Span::length)
                .map(RoundTrips::millis)
                .findFirst();
    }

    /** {@return how long a lane's threads were busy in a round trip, on average, in milliseconds} */
    OptionalDouble busyMillis(Lane lane) {
        return roundTrips.stream()
                .mapToDouble(trip -> tasks(lane).stream()
                        .mapToDouble(task -> task.within(trip))
                        .sum())
                .map(RoundTrips::millis)
                .average();
    }

    private static double millis(double micros) {
        return micros / 1000;
    }
}
