package io.http2duplex.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what has to come, and fails if it does not come within {@link #LIMIT}. */
public final class Await {
    public static final Duration LIMIT = Duration.ofSeconds(30);

    private Await() {}

    public static void until(String what, BooleanSupplier condition) {
        until(what, Duration.ZERO, condition);
    }

    /** Waits so much longer than {@link #LIMIT} for what takes its time. */
    public static void until(String what, Duration longer, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.plus(longer).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("In vain waited for " + LIMIT.plus(longer) + " until " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A test that is given a time that it has to keep up with. */
    interface Timed {
        void run(Duration time) throws IOException;
    }

    /**
     * Runs a test that has to keep up with a time, which a slow machine may not do. So if it fails, it has another try
     * with five times the time, and the last with 25 times: what is wrong fails in all three.
     */
    static void keepsUpWith(Duration time, Timed test) throws IOException {
        for (int factor = 1; factor < 25; factor *= 5) {
            try {
                test.run(time.multipliedBy(factor));
                return;
            } catch (AssertionError | IOException e) {
                // the next try tells whether it was for lack of time
            }
        }
        test.run(time.multipliedBy(25));
    }

    static <T> T result(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("In vain waited for " + LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static Throwable failure(CompletionStage<?> stage) {
        try {
            result(stage);
        } catch (CompletionException e) {
            return Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("It succeeded");
    }
}
