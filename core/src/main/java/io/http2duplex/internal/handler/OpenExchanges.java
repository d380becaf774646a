package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.runtime.Counters;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A count of open exchanges, so that an endpoint that closes can wait until their answers have gone out. Thread-safe. */
final class OpenExchanges {
    /** How long {@link #await} waits at most, in seconds. */
    static final int CLOSE_SECONDS = 5;

    private static final Logger LOG = Logger.getLogger("io.http2duplex");

    private final Counters counters;

    private int count;
    private @Nullable CompletableFuture<Void> none;

    /** @param counters count the exchanges that are refused */
    OpenExchanges(Counters counters) {
        this.counters = counters;
    }

    /** An exchange has begun. */
    synchronized void opened() {
        count++;
    }

    /** The response of an exchange that had begun has gone out, or never will. */
    void answered() {
        CompletableFuture<Void> reached = null;
        synchronized (this) {
            count--;
            if (count == 0) {
                reached = none;
                none = null;
            }
        }
        if (reached != null) {
            reached.complete(null);
        }
    }

    void answer(Exchange exchange, UploadOutcome outcome) {
        if (outcome.problem() != null) {
            counters.refused(outcome.problem());
        }
        exchange.answer(outcome);
    }

    void refuse(Exchange exchange, Problem problem) {
        answer(exchange, UploadOutcome.refused(problem));
    }

    /** {@return completes the next time that no exchange is open, perhaps now} */
    synchronized CompletionStage<Void> whenNoneIsOpen() {
        if (count == 0) {
            return CompletableFuture.completedStage(null);
        }
        CompletableFuture<Void> known = none == null ? new CompletableFuture<>() : none;
        none = known;
        return known.minimalCompletionStage();
    }

    void await(CompletionStage<Void> stage) {
        try {
            stage.toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warnf("Requests to duplexes were still open %d seconds after the handler was closed", CLOSE_SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The stage of open exchanges never fails", e);
        }
    }
}
