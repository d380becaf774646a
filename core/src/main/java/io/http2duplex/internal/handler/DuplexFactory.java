package io.http2duplex.internal.handler;

import io.http2duplex.DuplexCallback;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Lifetime;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.SessionHost;
import io.http2duplex.internal.runtime.UserThreads;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A factory of duplexes, which opens them for admitted requests and gives them to the application.
 *
 * @param idleNanos how long a duplex may be idle; 0: for ever
 * @param lifeNanos how long it may live; 0: for ever
 */
record DuplexFactory(
        DuplexCallback callback,
        DuplexContext context,
        OpenExchanges exchanges,
        SessionRegistry sessions,
        long idleNanos,
        long lifeNanos) {
    /** The response to a request that opens a duplex. */
    interface Response<S extends Session> {
        /** The duplex is open. Called once at most, on the task that opens it. */
        void begin(GuardedSession<S> session, GuardedDownload download, String id);
    }

    /**
     * Opens a duplex: gives it an id and a place among the sessions, attaches its download, calls the application, and
     * begins the response. Answers if that can't be.
     *
     * @param response the one to the request
     * @param secret the client's secret of this opening; null if it gave none
     * @param attach gives the session, of that id, its download, under its lock
     * @return false if another duplex was opened with that secret: nothing has happened then
     */
    <S extends Session> boolean open(
            AdmittedRequest opening,
            S session,
            Response<S> response,
            @Nullable String secret,
            BiFunction<? super S, String, ? extends Download> attach) {
        Exchange exchange = opening.exchange();
        if (sessions.isDraining()) {
            opening.place().leave();
            exchanges.refuse(exchange, Problem.shutDown());
            return true;
        }
        String id = sessions.nextId();
        SessionDuplex<S> duplex = new SessionDuplex<>(
                id, opening.request(), session, context, new Host(id, secret, opening.place(), sessions));
        Download download = duplex.open(() -> sessions.add(duplex, secret), same -> attach.apply(same, id));
        if (download == null) {
            return false;
        }
        if (sessions.isDraining()) { // since a moment ago: perhaps it was not found among those that live
            duplex.reset(new Failure(ErrorCode.SHUT_DOWN, "The server shut down."));
            exchanges.refuse(exchange, Problem.shutDown());
        } else if (call(duplex)) {
            response.begin(duplex.session(), new GuardedDownload(duplex.session(), download), id);
        } else {
            exchanges.refuse(exchange, Problem.overloaded());
        }
        return true;
    }

    private record Host(String id, @Nullable String secret, Admission.Place place, SessionRegistry sessions)
            implements SessionHost {
        @Override
        public void known() {
            if (secret != null) {
                sessions.forgetOpening(secret, id);
            }
        }

        @Override
        public void ended(@Nullable Failure failure) {
            known();
            place.leave();
            sessions.ended(id, failure);
        }

        @Override
        public void aborted() {
            place.suspend();
        }

        @Override
        public @Nullable Problem readmit() {
            return place.readmit();
        }
    }

    /** {@return whether the application's handler is called; if not, the duplex was reset} */
    private boolean call(SessionDuplex<?> duplex) {
        if (idleNanos > 0 || lifeNanos > 0) {
            duplex.limit(new Lifetime(idleNanos, lifeNanos, System.nanoTime()));
        }
        try {
            context.threads().execute(() -> {
                try {
                    callback.onDuplex(duplex);
                } catch (Throwable thrown) { // user code: whatever it throws ends this duplex, and only this
                    duplex.handlerFailed(thrown);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            context.monitoring()
                    .rejections
                    .log(null, "A duplex was refused: there is no thread for its handler. " + UserThreads.MORE_THREADS);
            duplex.reset(new Failure(ErrorCode.OVERLOADED, "The executor had no thread for the handler.", e));
            return false;
        }
    }
}
