package io.http2duplex;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs tasks later. */
interface After {
    /** On a thread of the JDK's, which must not block. */
    After TIMER = (nanos, task) ->
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(task);

    /** Runs a task after so many nanoseconds. */
    void run(long nanos, Runnable task);
}
