package io.http2duplex;

import io.http2duplex.protocol.Problem;
import io.http2duplex.undertow.HandledExchange;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Counts the exchanges under way, so that a handler that closes can wait for their answers to go out. */
final class OpenExchanges {
    /** How long {@link #await} waits at most, in seconds. */
    static final int CLOSE_SECONDS = 5;

    private static final Logger LOG = Logger.getLogger(OpenExchanges.class);

    private final Counts counts;
    private final long bodyNanos;

    private int count;
    private @Nullable CompletableFuture<Void> none;

    /**
     * What the handler's exchanges have in common.
     *
     * @param counts told of those that are refused
     * @param bodyNanos how long each step of a body may take
     */
    OpenExchanges(Counts counts, long bodyNanos) {
        this.counts = counts;
        this.bodyNanos = bodyNanos;
    }

    /** {@return the exchange, counted until its response has gone out, or until it is complete in another way} */
    HandledExchange opened(HttpServerExchange exchange) {
        synchronized (this) {
            count++;
        }
        Open open = new Open(exchange, true);
        try {
            exchange.addExchangeCompleteListener(open);
        } catch (IllegalStateException e) { // it is complete already: its client went while another handler had it
            open.answered();
            throw e;
        }
        return open;
    }

    /** {@return the exchange, which is not counted: it may go on to another handler} */
    HandledExchange passing(HttpServerExchange exchange) {
        return new Open(exchange, false);
    }

    private final class Open extends HandledExchange implements ExchangeCompletionListener {
        /** Guarded by the lock of all. */
        private boolean counted;

        Open(HttpServerExchange exchange, boolean counted) {
            super(exchange);
            this.counted = counted;
        }

        @Override
        public long bodyNanos() {
            return bodyNanos;
        }

        @Override
        public void refused(Problem problem) {
            counts.refused(problem);
        }

        @Override
        public void answered() {
            closed(this);
        }

        @Override
        public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
            try {
                answered();
            } finally {
                next.proceed();
            }
        }
    }

    private void closed(Open open) {
        CompletableFuture<Void> reached = null;
        synchronized (this) {
            if (open.counted) {
                open.counted = false;
                count--;
                if (count == 0) {
                    reached = none;
                    none = null;
                }
            }
        }
        if (reached != null) {
            reached.complete(null);
        }
    }

    /** {@return completes the next time that no exchange is open, perhaps now} */
    synchronized CompletionStage<Void> whenNoneIsOpen() {
        if (count == 0) {
            return CompletableFuture.completedStage(null);
        }
        if (none == null) {
            none = new CompletableFuture<>();
        }
        return none.minimalCompletionStage();
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
