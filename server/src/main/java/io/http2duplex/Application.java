package io.http2duplex;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Lifetime;
import io.http2duplex.protocol.Session;
import io.http2duplex.undertow.IoThreads;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** The application behind a handler: its code, and what that runs on. */
final class Application {
    private final DuplexCallback callback;
    private final UserThreads threads;
    private final @Nullable Observers observers;
    private final Monitoring monitoring;
    private final long idleNanos;
    private final long lifeNanos;

    /**
     * @param idleNanos how long a duplex may be idle; 0: for ever
     * @param lifeNanos how long it may live; 0: for ever
     */
    Application(
            DuplexCallback callback,
            UserThreads threads,
            @Nullable DuplexObserver observer,
            Monitoring monitoring,
            long idleNanos,
            long lifeNanos) {
        this.idleNanos = idleNanos;
        this.lifeNanos = lifeNanos;
        this.callback = callback;
        this.threads = threads;
        this.monitoring = monitoring;
        observers = observer == null ? null : new Observers(observer, threads, monitoring.observerFailures);
    }

    /**
     * {@return a duplex that the application does not know yet}
     *
     * @param dialect told once how it ended
     */
    <S extends Session> SessionDuplex<S> duplex(String id, Opening opening, S session, Dialect dialect) {
        Host host = new Host(opening.exchange().undertow().getIoThread(), opening.place(), dialect);
        return new SessionDuplex<>(id, opening.request(), session, threads, observers, monitoring, host);
    }

    /** Who is told that a duplex is over. */
    interface Dialect {
        /**
         * It ended. Called on any thread.
         *
         * @param failure what ended it early; null if both directions ended in order
         */
        void over(String id, @Nullable Failure failure);
    }

    private record Host(XnioIoThread ioThread, Admission.Place place, Dialect dialect) implements SessionDuplex.Host {
        @Override
        public Runnable after(long nanos, Runnable task) {
            return IoThreads.after(ioThread, task, nanos);
        }

        @Override
        public void over(String id, @Nullable Failure failure) {
            place.leave();
            dialect.over(id, failure);
        }
    }

    /** {@return whether the application's handler is called; if not, the duplex was reset} */
    boolean call(SessionDuplex<?> duplex) {
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
