package io.http2duplex;

import io.http2duplex.protocol.Problem;
import io.http2duplex.undertow.Answer;
import io.http2duplex.undertow.HandledExchange;
import io.http2duplex.undertow.IoThreads;
import io.undertow.util.Headers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whose a request is, and whether it may: asks the application's authorizer, if there is one, on a thread of
 * the application's. All methods are called on the exchange's I/O thread, in a dispatched task, and go on there.
 */
final class Gate {
    private final @Nullable Authorizer authorizer;
    private final UserThreads threads;
    private final long timeoutNanos;
    private final Monitoring monitoring;

    /** @param authorizer null: all may */
    Gate(@Nullable Authorizer authorizer, UserThreads threads, long timeoutNanos, Monitoring monitoring) {
        this.authorizer = authorizer;
        this.threads = threads;
        this.timeoutNanos = timeoutNanos;
        this.monitoring = monitoring;
    }

    /** Where an opening request goes on. */
    interface Opened {
        /** It may. */
        void accepted(DuplexRequest request);

        /** It was refused, or its client has gone: this is called, and nothing else. */
        void refused();
    }

    /** Asks whether a duplex may be opened, and answers if not. */
    void open(HandledExchange exchange, DuplexRequest request, Opened then) {
        ask(
                exchange,
                request,
                decided -> {
                    if (decided.problem() != null) {
                        then.refused();
                        refuse(exchange, decided, decided.problem());
                    } else if (exchange.undertow().isComplete()) {
                        then.refused();
                    } else {
                        then.accepted(request.of(decided.account()));
                    }
                },
                then::refused);
    }

    /**
     * Asks whether a request to a duplex is its account's, and answers if not. A duplex without an account takes all.
     *
     * @param opening the request that opened the duplex
     * @param then what to do if it is
     */
    void use(HandledExchange exchange, DuplexRequest opening, Runnable then) {
        String account = opening.account();
        if (account == null) {
            then.run();
            return;
        }
        ask(
                exchange,
                new DuplexRequest(exchange.undertow()),
                decided -> {
                    if (decided.problem() != null) {
                        refuse(exchange, decided, decided.problem());
                    } else if (!account.equals(decided.account())) {
                        refuse(exchange, decided, Problem.otherAccount());
                    } else if (!exchange.undertow().isComplete()) {
                        then.run();
                    }
                },
                () -> {});
    }

    private static void refuse(HandledExchange exchange, Authorization decided, Problem problem) {
        if (decided.challenge() != null) {
            exchange.undertow().getResponseHeaders().put(Headers.WWW_AUTHENTICATE, decided.challenge());
        }
        new Answer(exchange).problem(problem);
    }

    /** @param stopped run instead if the server has stopped meanwhile */
    private void ask(HandledExchange exchange, DuplexRequest request, Consumer<Authorization> then, Runnable stopped) {
        Authorizer asked = authorizer;
        if (asked == null) {
            then.accept(Authorization.accept().or(request.account()));
            return;
        }
        CompletableFuture<Authorization> decision = new CompletableFuture<>();
        Runnable cancelTimeout = IoThreads.after(
                exchange.undertow().getIoThread(),
                () -> decision.completeExceptionally(new TimeoutException("authorizeTimeout of the DuplexHandler")),
                timeoutNanos);
        CompletionStage<Authorization> made = decision;
        made.whenComplete((decided, failure) -> {
            cancelTimeout.run();
            Authorization known = failure == null ? decided.or(request.account()) : failed(failure);
            IoThreads.execute(exchange.undertow().getIoThread(), () -> then.accept(known), gone -> {
                stopped.run();
                exchange.answered();
            });
        });
        try {
            threads.execute(() -> ask(asked, request, decision));
        } catch (RejectedExecutionException e) {
            decision.completeExceptionally(e);
        }
    }

    private static void ask(Authorizer asked, DuplexRequest request, CompletableFuture<Authorization> decision) {
        try {
            asked.authorize(request).whenComplete((decided, failure) -> {
                if (decided != null) {
                    decision.complete(decided);
                } else {
                    decision.completeExceptionally(
                            failure != null ? failure : new NullPointerException("The authorizer decided nothing"));
                }
            });
        } catch (Throwable thrown) { // user code: whatever it throws refuses this request, and only this
            decision.completeExceptionally(thrown);
        }
    }

    private Authorization failed(Throwable failure) {
        if (failure instanceof RejectedExecutionException) {
            monitoring.rejections.log(
                    null,
                    "A request was refused: the executor has no thread for the authorizer"
                            + " (DuplexHandler.Builder.executor)");
            return Authorization.refuse(Problem.overloaded());
        }
        monitoring.handlerFailures.log(failure, "The authorizer failed; the request was refused");
        return Authorization.refuse(Problem.authorizationFailed());
    }
}
