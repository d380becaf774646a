package io.http2duplex;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Session;
import io.http2duplex.undertow.IoThreads;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** The application behind a handler: its code, and what that runs on. */
final class Application {
    private static final Logger LOG = Logger.getLogger(DuplexHandler.class);
    private static final long SECONDS_BETWEEN_WARNINGS = 10;

    private final DuplexCallback callback;
    private final UserThreads threads;
    private final @Nullable Observers observers;
    private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());

    Application(DuplexCallback callback, UserThreads threads, @Nullable DuplexObserver observer) {
        this.callback = callback;
        this.threads = threads;
        observers = observer == null ? null : new Observers(observer, threads);
    }

    /**
     * {@return a duplex that the application does not know yet}
     *
     * @param opening the exchange of the request that opens it
     * @param onOver told once how it ended
     */
    <S extends Session> SessionDuplex<S> duplex(
            String id, HttpServerExchange opening, S session, Consumer<@Nullable Failure> onOver) {
        XnioIoThread ioThread = opening.getIoThread();
        return new SessionDuplex<>(
                id, new DuplexRequest(opening), session, threads, observers, new SessionDuplex.Host() {
                    @Override
                    public Runnable after(long nanos, Runnable task) {
                        return IoThreads.after(ioThread, task, nanos);
                    }

                    @Override
                    public void over(@Nullable Failure failure) {
                        onOver.accept(failure);
                    }
                });
    }

    /** {@return whether the application's handler is called; if not, the duplex was reset} */
    boolean call(SessionDuplex<?> duplex) {
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
            warnOfRefusal();
            duplex.reset(new Failure(ErrorCode.OVERLOADED, "The executor had no thread for the handler.", e));
            return false;
        }
    }

    private void warnOfRefusal() {
        long now = System.nanoTime();
        long due = nextWarning.get();
        if (now - due >= 0
                && nextWarning.compareAndSet(due, now + TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_WARNINGS))) {
            LOG.warnf(
                    "A duplex was refused: the executor has no thread for its handler (DuplexHandler.Builder.executor)."
                            + " Others in the next %d seconds are not logged.",
                    SECONDS_BETWEEN_WARNINGS);
        }
    }
}
