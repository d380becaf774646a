package io.http2duplex.metrics;

import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.DuplexServerStatistics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Meters of a {@link DuplexServer} for Micrometer: its {@link DuplexServer#statistics}, at most a second old. The
 * document {@code operating.md} has a table of them. Its handlers have meters of their own, {@link DuplexMetrics}.
 *
 * <p>A registry does not keep the server: keep it as long as it must be measured. Once it is closed, all are 0.
 */
public final class DuplexServerMetrics implements MeterBinder {
    private static final DuplexServerStatistics CLOSED = new DuplexServerStatistics(0, 0, 0, 0, Map.of());

    private final DuplexServer server;
    private final Tags tags;

    /** Meters with no tags but their own. */
    public DuplexServerMetrics(DuplexServer server) {
        this(server, Tags.empty());
    }

    /** @param tags of every meter: they tell several servers of one registry apart */
    public DuplexServerMetrics(DuplexServer server, Iterable<Tag> tags) {
        this.server = Objects.requireNonNull(server, "server");
        this.tags = Tags.of(tags);
    }

    /** @throws IllegalStateException if the server does not listen: it must be started first */
    @Override
    public void bindTo(MeterRegistry registry) {
        Set<String> limits = server.statistics().limitsReached().keySet();
        Meters<DuplexServer, DuplexServerStatistics> meters =
                new Meters<>(registry, "http2.duplex.server.", tags, server, DuplexServerMetrics::statistics);
        meters.gauge("connections", null, "Connections that are open", DuplexServerStatistics::connections);
        meters.counter(
                "connections.accepted", null, "Connections that were accepted", DuplexServerStatistics::accepted);
        meters.gauge("streams", null, "Requests over HTTP/2 that are open", DuplexServerStatistics::streams);
        meters.counter("streams.begun", null, "Requests over HTTP/2", DuplexServerStatistics::streamsBegun);
        String what = "How often a limit closed, or refused, a connection or a stream";
        for (String limit : limits) {
            meters.counter(
                    "limits.reached", null, what, now -> now.limitsReached().getOrDefault(limit, 0L), "limit", limit);
        }
    }

    private static DuplexServerStatistics statistics(DuplexServer server) {
        try {
            return server.statistics();
        } catch (IllegalStateException e) { // it was closed
            return CLOSED;
        }
    }
}
