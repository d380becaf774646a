package io.http2duplex.nodes;

import io.http2duplex.internal.options.OptionChecks;
import java.util.Objects;

/** Options of a bus. Immutable: each setter gives new options. */
public final class BusOptions {
    /** The defaults. */
    public static final BusOptions DEFAULT = new BusOptions(64L * 1024 * 1024, new LoggingObserver());

    private final long maxQueued;
    private final BusObserver observer;

    private BusOptions(long maxQueued, BusObserver observer) {
        this.maxQueued = maxQueued;
        this.observer = observer;
    }

    /**
     * How much may wait to be sent to other nodes, while they or the broker are slow or away. What is published beyond that is
     * lost for them. In bytes, each message with {@value Outbox#OVERHEAD} more than it has; default 64 MiB.
     */
    public BusOptions maxQueued(long bytes) {
        return new BusOptions(OptionChecks.positive(bytes, "maxQueued"), observer);
    }

    /** An observer of connections, disconnections and losses. Default: the log has them. */
    public BusOptions observer(BusObserver observer) {
        return new BusOptions(maxQueued, Objects.requireNonNull(observer, "observer"));
    }

    /** {@return what {@link #maxQueued(long)} was given} */
    public long maxQueued() {
        return maxQueued;
    }

    /** {@return what {@link #observer(BusObserver)} was given} */
    public BusObserver observer() {
        return observer;
    }
}
