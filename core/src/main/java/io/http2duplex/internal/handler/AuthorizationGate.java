package io.http2duplex.internal.handler;

import io.http2duplex.Authorization;
import io.http2duplex.Authorizer;
import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.UserThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A gate that asks the application's authorizer, if there is one, whose a request is and whether it may. All methods are
 * called by a task of the exchange, and continue in one.
 *
 * @param authorizer null: all requests may
 * @param threads the authorizer's, which are not those of handlers
 */
record AuthorizationGate(
        @Nullable Authorizer authorizer,
        UserThreads threads,
        long timeoutNanos,
        Monitoring monitoring,
        OpenExchanges exchanges) {
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

    /**
     * Asks whether a duplex may be opened. If not, the place is left, and the request answered.
     *
     * @param then called if it may
     */
    void open(Exchange exchange, Admission.Place place, Consumer<AdmittedRequest> then) {
        ask(exchange, exchange.request(null), decided -> {
            String account = decided.account();
            Problem problem = account == null ? decided.problem() : place.giveTo(account);
            if (problem == null && !exchange.isGone()) {
                try {
                    then.accept(new AdmittedRequest(exchange, exchange.request(account), place));
                } catch (RuntimeException | Error e) {
                    place.leave();
                    throw e;
                }
                return;
            }
            place.leave();
            if (problem != null) {
                refuse(exchange, problem, decided.challenge());
            }
        });
    }

    /**
     * Asks whether a request to a duplex is its account's, and answers if not. A duplex without an account takes all.
     *
     * @param opening the request that opened the duplex
     * @param then run if it is
     */
    void use(Exchange exchange, DuplexRequest opening, Runnable then) {
        String account = opening.account();
        if (account == null) {
            then.run();
            return;
        }
        ask(exchange, exchange.request(null), decided -> {
            if (decided.problem() != null) {
                refuse(exchange, decided.problem(), decided.challenge());
            } else if (!account.equals(decided.account())) {
                refuse(exchange, Problem.otherAccount(), null);
            } else if (!exchange.isGone()) {
                then.run();
            }
        });
    }

    private void refuse(Exchange exchange, Problem problem, @Nullable String challenge) {
        if (challenge != null) {
            exchange.setField("WWW-Authenticate", challenge);
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
                () -> decision.completeExceptionally(new TimeoutException("The authorizer did not answer within "
                        + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms (option authorizeTimeout).")));
        var unused = decision.whenComplete((decided, failure) -> {
            cancelTimeout.run();
            Decision known = failure == null ? decision(decided, request) : failed(failure);
            exchange.execute(() -> exchanges.run(exchange, () -> then.accept(known)));
        });
        try {
            threads.execute(() -> ask(asked, request, decision));
        } catch (RejectedExecutionException e) {
            decision.completeExceptionally(e);
        }
    }

    private static void ask(Authorizer asked, DuplexRequest request, CompletableFuture<Authorization> decision) {
        if (decision.isDone()) { // it has waited for a thread for too long
            return;
        }
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
                    "A request was refused: more requests wait for the authorizer than there may. Have it answer sooner.");
            return new Decision(null, Problem.overloaded(), null);
        }
        monitoring.handlerFailures.log(failure, "The authorizer failed; the request was refused");
        return new Decision(null, Problem.authorizationFailed(), null);
    }
}
