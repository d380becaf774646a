package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A host whose timer is that executor. Nobody looks its sessions up. */
record SimulatedHost(ScheduledExecutorService io) implements SessionHost {
    @Override
    public Scheduler scheduler() {
        return (nanos, task) -> {
            ScheduledFuture<?> scheduled = io.schedule(task, nanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        };
    }

    @Override
    public boolean mustNotBlock() {
        return false;
    }

    @Override
    public void ended(String id, @Nullable Failure failure) {
        // nobody looks this session up
    }
}
