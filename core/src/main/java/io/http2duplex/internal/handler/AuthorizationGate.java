package io.http2duplex.internal.handler;

import io.http2duplex.Authorization;
import io.http2duplex.Authorizer;
import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.UserThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gate that finds out whose a request is, and whether it may: it asks the application's authorizer, if there is one,
 * on a thread of the application's. All methods are called by a task of the exchange, and go on in one.
 */
final class AuthorizationGate {
    private final @Nullable Authorizer authorizer;
    private final UserThreads threads;
    private final long timeoutNanos;
    private final Monitoring monitoring;
    private final OpenExchanges exchanges;

    /** @param authorizer null: all requests may */
    AuthorizationGate(
            @Nullable Authorizer authorizer,
            UserThreads threads,
            long timeoutNanos,
            Monitoring monitoring,
            OpenExchanges exchanges) {
        this.authorizer = authorizer;
        this.threads = threads;
        this.timeoutNanos = timeoutNanos;
        this.monitoring = monitoring;
        this.exchanges = exchanges;
    }

    /**
     * A decision of the gate.
     *
     * @param account whose the request is; null if it is nobody's, or refused
     * @param problem why the request is refused; null if it is accepted
     * @param challenge how to authenticate; null if the client is not told
     */
    private record Decision(
            @Nullable String account,
            @Nullable Problem problem,
            @Nullable String challenge) {}

    /** Where an opening request goes on. */
    interface Opened {
        /** It may. */
        void accepted(DuplexRequest request);

        /** It was refused, or its client has gone: this is called, and nothing else. */
        void refused();
    }

    /** Asks whether a duplex may be opened, and answers if not. */
    void open(Exchange exchange, DuplexRequest request, Opened then) {
        ask(exchange, request, decided -> {
            if (decided.problem() != null) {
                then.refused();
                refuse(exchange, decided, decided.problem());
            } else if (exchange.isGone()) {
                then.refused();
            } else {
                then.accepted(AccountRequest.of(request, decided.account()));
            }
        });
    }

    /**
     * Asks whether a request to a duplex is its account's, and answers if not. A duplex without an account takes all.
     *
     * @param opening the request that opened the duplex
     * @param then what to do if it is
     */
    void use(Exchange exchange, DuplexRequest opening, Runnable then) {
        String account = opening.account();
        if (account == null) {
            then.run();
            return;
        }
        ask(exchange, exchange.request(), decided -> {
            if (decided.problem() != null) {
                refuse(exchange, decided, decided.problem());
            } else if (!account.equals(decided.account())) {
                refuse(exchange, decided, Problem.otherAccount());
            } else if (!exchange.isGone()) {
                then.run();
            }
        });
    }

    private void refuse(Exchange exchange, Decision decided, Problem problem) {
        if (decided.challenge() != null) {
            exchange.setField("WWW-Authenticate", decided.challenge());
        }
        exchanges.refuse(exchange, problem);
    }

    private void ask(Exchange exchange, DuplexRequest request, Consumer<Decision> then) {
        Authorizer asked = authorizer;
        if (asked == null) {
            then.accept(new Decision(request.account(), null, null));
            return;
        }
        CompletableFuture<Authorization> decision = new CompletableFuture<>();
        Runnable cancelTimeout = Scheduler.SHARED.after(
                timeoutNanos,
                () -> decision.completeExceptionally(new TimeoutException("authorizeTimeout of the DuplexHandler")));
        CompletionStage<Authorization> made = decision;
        made.whenComplete((decided, failure) -> {
            cancelTimeout.run();
            Decision known = failure == null ? decision(decided, request) : failed(failure);
            exchange.execute(() -> then.accept(known));
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

    private static Decision decision(Authorization decided, DuplexRequest request) {
        if (!decided.isAccepted()) {
            return new Decision(null, Problem.notAuthorized(decided.status(), decided.detail()), decided.challenge());
        }
        return new Decision(decided.account() == null ? request.account() : decided.account(), null, null);
    }

    private Decision failed(Throwable failure) {
        if (failure instanceof RejectedExecutionException) {
            monitoring.rejections.log(
                    null,
                    "A request was refused: the executor has no thread for the authorizer"
                            + " (DuplexHandler.Builder.executor)");
            return new Decision(null, Problem.overloaded(), null);
        }
        monitoring.handlerFailures.log(failure, "The authorizer failed; the request was refused");
        return new Decision(null, Problem.authorizationFailed(), null);
    }
}
