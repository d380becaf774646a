package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.WindowSize;

/** The upkeep of the memory of a session's two directions: what was not used for a while is released. */
public final class MemoryUpkeep {
    private static final long SWEEP_INTERVAL_NANOS = 1_000_000_000;

    private final SendingDirection sending;
    private final ReceivingDirection receiving;
    private final EffectCollector effects;
    /** When spare buffers are released that were not used again. */
    private long sweep = Deadline.NONE;
    /** When windows and buffers shrink that were not used. */
    private long shrink = Deadline.NONE;

    public MemoryUpkeep(SendingDirection sending, ReceivingDirection receiving, EffectCollector effects) {
        this.sending = sending;
        this.receiving = receiving;
        this.effects = effects;
    }

    /** Looks whether there is memory that may not be used again. Called after every event. */
    public void look(long now) {
        if (sweep == Deadline.NONE && holdsSpares()) {
            sweep = now + SWEEP_INTERVAL_NANOS;
            effects.deadline();
        }
        if (shrink == Deadline.NONE && hasGrown()) {
            shrink = now + WindowSize.SHRINK_INTERVAL_NANOS;
            effects.deadline();
        }
    }

    /** {@return when {@link #timeIs} must be called; {@link Deadline#NONE} if no time matters} */
    public long deadline() {
        return Deadline.earliest(sweep, shrink).orElse(Deadline.NONE);
    }

    public void timeIs(long now) {
        if (Deadline.isPast(sweep, now)) {
            sending.spares.sweep();
            receiving.spares.sweep();
            sweep = holdsSpares() ? now + SWEEP_INTERVAL_NANOS : Deadline.NONE;
        }
        if (Deadline.isPast(shrink, now)) {
            shrinkUnused();
            shrink = hasGrown() ? now + WindowSize.SHRINK_INTERVAL_NANOS : Deadline.NONE;
        }
    }

    /** Gives memory back to the budget that was not needed since the last call. */
    public void shrinkUnused() {
        sending.shrinkIfUnused();
        receiving.shrinkIfUnused();
    }

    /** The session has ended, and with it its memory. */
    public void stop() {
        sweep = Deadline.NONE;
        shrink = Deadline.NONE;
    }

    private boolean hasGrown() {
        return sending.hasGrown() || receiving.hasGrown();
    }

    private boolean holdsSpares() {
        return !sending.spares.isEmpty() || !receiving.spares.isEmpty();
    }
}
