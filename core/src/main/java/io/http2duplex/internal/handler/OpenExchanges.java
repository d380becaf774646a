package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.Monitoring;
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

    private final Monitoring monitoring;

    private int count;
    private @Nullable CompletableFuture<Void> none;

    /** @param monitoring counts the exchanges that are refused, and logs those that fail */
    OpenExchanges(Monitoring monitoring) {
        this.monitoring = monitoring;
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
            monitoring.counts.refused(outcome.problem());
        }
        run(exchange, () -> exchange.answer(outcome));
    }

    /** Runs a step of the handling of an exchange. If it throws, the exchange ends: its client must not wait for ever. */
    void run(Exchange exchange, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            monitoring.requestFailures.log(e, "A request could not be handled");
            exchange.abort(e);
        }
    }

    /** Begins a download. If that throws, it is lost. */
    void download(Exchange exchange, GuardedDownload source, DownloadHead head) {
        run(exchange, () -> {
            try {
                exchange.download(source, head);
            } catch (RuntimeException | Error e) {
                source.lost(e);
                throw e;
            }
        });
    }

    /** Begins an upload, and answers when it is decided how. If that throws, it is cut. */
    void upload(Exchange exchange, GuardedUpload sink, boolean streaming) {
        run(exchange, () -> {
            try {
                exchange.upload(sink, streaming, outcome -> answer(exchange, outcome));
            } catch (RuntimeException | Error e) {
                sink.cut("the server failed to read it", e);
                throw e;
            }
        });
    }

    /** Begins both halves of an exchange. If that throws, they are lost. */
    void both(Exchange exchange, GuardedDownload source, DownloadHead head, GuardedUpload sink) {
        run(exchange, () -> {
            try {
                exchange.both(source, head, sink);
            } catch (RuntimeException | Error e) {
                source.lost(e); // and with it the sink
                throw e;
            }
        });
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
