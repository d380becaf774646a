package io.http2duplex.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waits that end: a benchmark that hangs says what it waits for. */
public final class Waiting {
    private static final int PATIENCE_SECONDS = 60;
    private static final int LOOK_MILLIS = 20;

    private Waiting() {}

    /**
     * {@return the result, which must come within a minute}
     *
     * @param what is awaited
     */
    public static <T> T result(CompletableFuture<T> future, String what) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("In vain waited " + PATIENCE_SECONDS + " seconds for " + what, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Failed while waiting for " + what + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + what, e);
        }
    }

    /**
     * Returns when it is so, which must be within a minute.
     *
     * @param what is awaited
     */
    public static void until(BooleanSupplier isSo, String what) {
        long begin = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                throw new IllegalStateException("In vain waited " + PATIENCE_SECONDS + " seconds for " + what);
            }
            pause(Duration.ofMillis(LOOK_MILLIS));
        }
    }

    /** Lets time go by, in which something is measured. */
    public static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while something is measured", e);
        }
    }

    /** Ends these processes, and waits until they have ended. */
    public static void end(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(process -> result(process.onExit(), "the end of process " + process.pid()));
    }
}
