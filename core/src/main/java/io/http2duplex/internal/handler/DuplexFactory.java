package io.http2duplex.internal.handler;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexObserver;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Lifetime;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Observers;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.SessionHost;
import io.http2duplex.internal.runtime.UserThreads;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A factory of duplexes, which are opened for requests that may, and given to the application. */
final class DuplexFactory {
    private final DuplexCallback callback;
    private final UserThreads threads;
    private final @Nullable Observers observers;
    private final Monitoring monitoring;
    private final OpenExchanges exchanges;
    private final SessionRegistry sessions;
    private final BooleanSupplier mustNotBlock;
    private final long idleNanos;
    private final long lifeNanos;

    /**
     * @param mustNotBlock whether the calling thread must not block
     * @param idleNanos how long a duplex may be idle; 0: for ever
     * @param lifeNanos how long it may live; 0: for ever
     */
    DuplexFactory(
            DuplexCallback callback,
            UserThreads threads,
            @Nullable DuplexObserver observer,
            Monitoring monitoring,
            OpenExchanges exchanges,
            SessionRegistry sessions,
            BooleanSupplier mustNotBlock,
            long idleNanos,
            long lifeNanos) {
        this.callback = callback;
        this.threads = threads;
        this.monitoring = monitoring;
        this.exchanges = exchanges;
        this.sessions = sessions;
        this.mustNotBlock = mustNotBlock;
        this.idleNanos = idleNanos;
        this.lifeNanos = lifeNanos;
        observers = observer == null ? null : new Observers(observer, threads, monitoring.observerFailures);
    }

    /**
     * Opens a duplex: gives it an id and a place among the sessions, attaches its download, calls the application, and
     * begins the response. Answers if that can't be.
     *
     * @param attach gives the session its download, under its lock; null if it takes none any more
     */
    <S extends Session> void open(
            AdmittedRequest opening, S session, Function<? super S, ? extends @Nullable Download> attach) {
        Exchange exchange = opening.exchange();
        SessionDuplex<S> duplex = new SessionDuplex<>(
                SessionId.next(),
                opening.request(),
                session,
                threads,
                observers,
                monitoring,
                new Host(opening.place()));
        if (!sessions.add(duplex)) {
            opening.place().leave();
            exchanges.refuse(exchange, Problem.shutDown());
            return;
        }
        duplex.opened();
        Download download = duplex.session().tellFor(attach::apply);
        if (download == null) { // the handler was closed meanwhile
            exchanges.refuse(exchange, Problem.shutDown());
        } else if (call(duplex)) {
            DownloadHead head = new DownloadHead(duplex.id(), session.dialect());
            exchange.download(new GuardedDownload(duplex.session(), download), head);
        } else {
            exchanges.refuse(exchange, Problem.overloaded());
        }
    }

    private final class Host implements SessionHost {
        private final Admission.Place place;

        Host(Admission.Place place) {
            this.place = place;
        }

        @Override
        public Scheduler scheduler() {
            return Scheduler.SHARED;
        }

        @Override
        public boolean mustNotBlock() {
            return mustNotBlock.getAsBoolean();
        }

        @Override
        public void ended(String id, @Nullable Failure failure) {
            place.leave();
            sessions.ended(id, failure);
        }
    }

    /** {@return whether the application's handler is called; if not, the duplex was reset} */
    private boolean call(SessionDuplex<?> duplex) {
        if (idleNanos > 0 || lifeNanos > 0) {
            duplex.limit(new Lifetime(idleNanos, lifeNanos, System.nanoTime()));
        }
        try {
            threads.execute(() -> {
                try {
                    callback.onDuplex(duplex);
                } catch (Throwable thrown) { // user code: whatever it throws ends this duplex, and only this
                    duplex.handlerFailed(thrown);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            monitoring.rejections.log(
                    null,
                    "A duplex was refused: the executor has no thread for its handler"
                            + " (DuplexHandler.Builder.executor)");
            duplex.reset(new Failure(ErrorCode.OVERLOADED, "The executor had no thread for the handler.", e));
            return false;
        }
    }
}
