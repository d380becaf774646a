package io.http2duplex.internal.runtime;

import io.http2duplex.DownloadMode;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexRequest;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Lifetime;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.resumable.ResumableSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A duplex as an application holds it: a session with its faces.
 *
 * @param <S> the session's dialect, which the carriers of its exchanges speak
 */
public final class SessionDuplex<S extends Session> extends FacedDuplex<S> {
    private static final Logger LOG = Logger.getLogger("io.http2duplex");

    private final String id;
    private final DuplexRequest request;
    private final DuplexContext context;
    private final SessionHost host;
    private final DeadlineTimer timer;
    private final @Nullable ObserverCalls observed;
    /** Guarded by the session's lock. */
    private final SessionCount count;
    /** Guarded by the session's lock; null as long as there are none. */
    private @Nullable PendingSends sends;
    /** Null: nobody has asked for it yet. */
    private @Nullable CompletableFuture<Void> draining;
    /** Null: nobody has asked for it yet. */
    private @Nullable CompletableFuture<Void> closed;

    public SessionDuplex(String id, DuplexRequest request, S session, DuplexContext context, SessionHost host) {
        super(session);
        this.id = id;
        this.request = request;
        this.context = context;
        this.host = host;
        count = new SessionCount(context.monitoring().counts);
        observed = context.observers() == null ? null : new ObserverCalls(context.observers(), this);
        timer = new DeadlineTimer(guarded, context.scheduler());
    }

    // ---- Duplex

    @Override
    public String id() {
        return id;
    }

    @Override
    public DownloadMode downloadMode() {
        return guarded.ask(Session::downloadMode);
    }

    @Override
    public DuplexRequest request() {
        return request;
    }

    @Override
    public CompletionStage<Void> send(ByteBuffer bytes) {
        Objects.requireNonNull(bytes, "bytes");
        claimSend();
        return guarded.tellFor(session -> {
            Failure failure = session.failure();
            if (failure != null) {
                return CompletableFuture.failedStage(failure.exception());
            }
            if (!session.isOutputOpen()) {
                return CompletableFuture.failedStage(new IllegalStateException(OUTPUT_ENDED));
            }
            if (session.outputRoom() == 0) {
                return CompletableFuture.failedStage(new Failure(
                                ErrorCode.OVERLOADED,
                                "The buffer of bytes that the other side has not read yet is full (option "
                                        + context.outputOption()
                                        + "). Wait for the stage of the send before, or drop the message.")
                        .exception());
            }
            long offset = session.write(bytes);
            session.notifyOutputAt(offset);
            return sends().add(offset);
        });
    }

    @Override
    public boolean offer(ByteBuffer bytes) throws IOException {
        Objects.requireNonNull(bytes, "bytes");
        claimSend();
        boolean taken = guarded.tellFor(session -> {
            boolean room = session.isOutputOpen() && session.outputRoom() > 0;
            if (room) {
                session.write(bytes);
            }
            return room;
        });
        IOException ended = taken ? null : guarded.ask(FacedDuplex::whyNoOutput);
        if (ended != null) {
            throw ended;
        }
        return taken;
    }

    @Override
    public void put(ByteBuffer bytes) throws IOException {
        Objects.requireNonNull(bytes, "bytes");
        claimSend();
        awaitRoom(session -> {
            session.write(bytes);
            return bytes.remaining();
        });
    }

    @Override
    public CompletionStage<Void> writable() {
        claimSend();
        return guarded.tellFor(session -> {
            IOException ended = whyNoOutput(session);
            if (ended != null) {
                return CompletableFuture.failedStage(ended);
            }
            if (session.outputRoom() > 0) {
                return CompletableFuture.completedStage(null);
            }
            session.notifyOutputRoom();
            return sends().room();
        });
    }

    @Override
    public CompletionStage<Void> end() {
        return guarded.tellFor(session -> {
            Failure failure = session.failure();
            if (failure != null) {
                return CompletableFuture.failedStage(failure.exception());
            }
            session.end();
            return session.isOutputEnded() ? CompletableFuture.<Void>completedStage(null) : sends().end();
        });
    }

    private PendingSends sends() {
        PendingSends known = sends == null ? new PendingSends() : sends;
        sends = known;
        return known;
    }

    @Override
    public void reset() {
        reset(new Failure(ErrorCode.CANCELLED, "The application reset the duplex."));
    }

    @Override
    public void reset(int number, String reason) {
        reset(Failure.application(number, Objects.requireNonNull(reason, "reason")));
    }

    @Override
    public CompletionStage<Void> draining() {
        return Stages.of(drainingFuture());
    }

    @Override
    public CompletionStage<Void> closed() {
        return Stages.of(closedFuture());
    }

    private synchronized CompletableFuture<Void> drainingFuture() {
        CompletableFuture<Void> known = draining == null ? new CompletableFuture<>() : draining;
        draining = known;
        return known;
    }

    private synchronized CompletableFuture<Void> closedFuture() {
        CompletableFuture<Void> known = closed == null ? new CompletableFuture<>() : closed;
        closed = known;
        return known;
    }

    // ---- for the faces

    /** User code has thrown. That is logged, unless the exception only tells of the duplex's own failure. */
    @Override
    public void handlerFailed(Throwable thrown) {
        boolean first = reset(new Failure(ErrorCode.HANDLER_FAILED, "The application's handler failed.", thrown));
        if (first || !isOrIsCausedByDuplexException(thrown)) {
            context.monitoring()
                    .handlerFailures
                    .log(
                            thrown,
                            "The handler of duplex %s... failed%s",
                            SessionId.abbreviated(id),
                            first ? "; the duplex was reset" : ", after the duplex had ended");
        } else {
            LOG.debugf(thrown, "The handler of duplex %s... failed with it", SessionId.abbreviated(id));
        }
    }

    private static boolean isOrIsCausedByDuplexException(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof DuplexException) {
                return true;
            }
        }
        return false;
    }

    @Override
    void execute(Runnable signal) {
        try {
            context.threads().execute(signal);
        } catch (RejectedExecutionException e) {
            reset(new Failure(
                    ErrorCode.OVERLOADED,
                    "The executor had no thread for this duplex. " + UserThreads.MORE_THREADS,
                    e));
            context.threads().executeSurely(signal);
        }
    }

    // ---- for the endpoint, or the client

    /** {@return the session, for the carriers of its exchanges} */
    public GuardedSession<S> session() {
        return guarded;
    }

    /**
     * {@return the session, for the carriers of its exchanges; null if it is of another dialect}
     *
     * @param dialect the class of its sessions
     */
    public <T extends Session> @Nullable GuardedSession<T> sessionAs(Class<T> dialect) {
        @SuppressWarnings("unchecked") // its session is of that class
        GuardedSession<T> cast = guarded.isOf(dialect) ? (GuardedSession<T>) guarded : null;
        return cast;
    }

    /** The duplex was opened. Called before anything else can happen to it. */
    public void opened() {
        open(() -> true, session -> session);
    }

    /**
     * Opens the duplex, under its lock: a request that finds it at once waits until its first event has happened.
     *
     * @param add lets requests find it; false: it is not opened
     * @param first the first event
     * @return what the first event gives; null if the duplex is not opened
     */
    public <T> @Nullable T open(BooleanSupplier add, Function<? super S, T> first) {
        T result = guarded.tellFor(session -> {
            if (!add.getAsBoolean()) {
                return null;
            }
            if (observed != null) {
                observed.opened();
            }
            context.monitoring().counts.opened(session.dialect());
            return first.apply(session);
        });
        if (observed != null) {
            observed.run();
        }
        return result;
    }

    /** {@return the owner of its place} */
    public SessionHost host() {
        return host;
    }

    /** The duplex fails when that time is over. */
    public void limit(Lifetime lifetime) {
        timer.limit(lifetime);
    }

    /** Tells the application that the server is going to shut down. Once more does no harm. */
    public void drain() {
        context.threads().executeSurely(() -> drainingFuture().complete(null));
    }

    // ---- effects of events

    @Override
    public boolean mustNotBlock() {
        return context.mustNotBlock().getAsBoolean();
    }

    /** Under the lock, so that an observer gets events in order. */
    @Override
    public void record(S session, Effects effects) {
        count.happened(session, effects);
        if (observed != null) {
            effects.events().forEach(observed::happened);
            if (effects.finished()) {
                observed.ended(session.failure());
            }
        }
    }

    @Override
    public void act(Effects effects) {
        if (effects.finished()) {
            finish();
        }
        if (effects.events().stream().anyMatch(SessionEvent.Draining.class::isInstance)) {
            drain();
        }
        if (!effects.events().isEmpty()) {
            guarded.ask(this::giveUpPlaceIfAborted);
        }
        signalFaces(effects.input(), effects.output());
        if (effects.output()) {
            Runnable settled = guarded.tellFor(session -> sends == null ? null : sends.settled(session));
            if (settled != null) {
                context.threads().executeSurely(settled);
            }
        }
        if (effects.deadline()) {
            timer.arm();
        }
        effects.ready().forEach(Runnable::run);
        if (observed != null) {
            observed.run();
        }
    }

    /** Under the lock, so that a client that comes back in this moment finds its place either taken or its own. */
    private boolean giveUpPlaceIfAborted(S session) {
        boolean aborted = session instanceof ResumableSession resumable && resumable.isAborted();
        if (aborted) {
            host.aborted();
        }
        return aborted;
    }

    private void finish() {
        timer.stop();
        Failure failure = failure();
        if (LOG.isDebugEnabled()) {
            LOG.debugf("Duplex %s... %s", SessionId.abbreviated(id), guarded.ask(count::summary));
        }
        host.ended(failure);
        context.threads().executeSurely(() -> {
            if (failure == null) {
                closedFuture().complete(null);
            } else {
                closedFuture().completeExceptionally(failure.exception());
            }
        });
    }
}
