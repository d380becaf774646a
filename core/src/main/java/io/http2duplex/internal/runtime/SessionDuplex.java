package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexRequest;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Lifetime;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The duplex that an application holds: a session with its faces.
 *
 * @param <S> the session's dialect, which the carriers of its exchanges speak
 */
public final class SessionDuplex<S extends Session> implements Duplex, GuardedSession.Listener<S> {
    private static final Logger LOG = Logger.getLogger("io.http2duplex");
    private static final String OUTPUT_ENDED =
            "The application has ended its side of this duplex: it can't write any more";

    private final String id;
    private final DuplexRequest request;
    private final UserThreads threads;
    private final Monitoring monitoring;
    private final SessionHost host;
    private final Faces faces;

    private final GuardedSession<S> guarded;
    private final DeadlineTimer timer;
    /** Guarded by the session's lock; null as long as there are none. */
    private @Nullable PendingSends sends;
    /** Guarded by the session's lock; null: nobody has asked for it yet. */
    private @Nullable CompletableFuture<Void> draining;
    /** Guarded by the session's lock; null: nobody has asked for it yet. */
    private @Nullable CompletableFuture<Void> closed;

    private final @Nullable ObserverCalls observed;
    /** Guarded by the session's lock. */
    private final SessionCount count;

    /** @param observers null if nobody is to be told */
    public SessionDuplex(
            String id,
            DuplexRequest request,
            S session,
            UserThreads threads,
            @Nullable Observers observers,
            Monitoring monitoring,
            SessionHost host) {
        this.id = id;
        this.request = request;
        this.threads = threads;
        this.monitoring = monitoring;
        count = new SessionCount(monitoring.counts);
        this.host = host;
        observed = observers == null ? null : new ObserverCalls(observers, this);
        guarded = new GuardedSession<>(session, this);
        timer = new DeadlineTimer(guarded, host);
        faces = new Faces(this);
    }

    // ---- Duplex

    @Override
    public String id() {
        return id;
    }

    @Override
    public DuplexRequest request() {
        return request;
    }

    @Override
    public Flow.Publisher<ByteBuffer> input() {
        return faces.input();
    }

    @Override
    public Flow.Subscriber<ByteBuffer> output() {
        return faces.output();
    }

    @Override
    public InputStream inputStream() {
        return faces.inputStream();
    }

    @Override
    public OutputStream outputStream() {
        return faces.outputStream();
    }

    @Override
    public ByteChannel channel() {
        return faces.channel();
    }

    @Override
    public CompletionStage<Void> send(ByteBuffer bytes) {
        faces.claimSend();
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
                                "The buffer for what the page has not read yet is full (downloadBufferSize of the"
                                        + " DuplexHandler): wait for the stage of the send before, or drop the message.")
                        .exception());
            }
            long offset = session.write(bytes);
            session.notifyOutputAt(offset);
            return sends().add(offset);
        });
    }

    @Override
    public boolean offer(ByteBuffer bytes) throws IOException {
        faces.claimSend();
        boolean taken = guarded.tellFor(session -> {
            boolean room = session.isOutputOpen() && session.outputRoom() > 0;
            if (room) {
                session.write(bytes);
            }
            return room;
        });
        IOException over = taken ? null : guarded.ask(SessionDuplex::whyNoOutput);
        if (over != null) {
            throw over;
        }
        return taken;
    }

    @Override
    public void put(ByteBuffer bytes) throws IOException {
        faces.claimSend();
        guarded.awaitWritable(session -> {
            IOException over = whyNoOutput(session);
            if (over != null) {
                throw over;
            }
            if (session.outputRoom() == 0) {
                session.notifyOutputRoom();
                return null;
            }
            session.write(bytes);
            return bytes.remaining();
        });
    }

    @Override
    public CompletionStage<Void> writable() {
        faces.claimSend();
        return guarded.tellFor(session -> {
            IOException over = whyNoOutput(session);
            if (over != null) {
                return CompletableFuture.failedStage(over);
            }
            if (session.outputRoom() > 0) {
                return CompletableFuture.completedStage(null);
            }
            session.notifyOutputRoom();
            return sends().room();
        });
    }

    /** {@return why nothing can be written any more; null if something can} */
    static @Nullable IOException whyNoOutput(Session session) {
        Failure failure = session.failure();
        if (failure != null) {
            return failure.exception();
        }
        return session.isOutputOpen() ? null : new IOException(OUTPUT_ENDED);
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

    @Override
    public void reset() {
        reset(new Failure(ErrorCode.CANCELLED, "The application reset the duplex."));
    }

    @Override
    public void reset(int number, String reason) {
        reset(Failure.application(number, reason));
    }

    @Override
    public CompletionStage<Void> draining() {
        return Stages.of(drainingFuture());
    }

    @Override
    public CompletionStage<Void> closed() {
        return Stages.of(closedFuture());
    }

    private CompletableFuture<Void> drainingFuture() {
        return guarded.tellFor(session -> {
            CompletableFuture<Void> known = draining == null ? new CompletableFuture<>() : draining;
            draining = known;
            return known;
        });
    }

    private CompletableFuture<Void> closedFuture() {
        return guarded.tellFor(session -> {
            CompletableFuture<Void> known = closed == null ? new CompletableFuture<>() : closed;
            closed = known;
            return known;
        });
    }

    // ---- for the faces and the handler

    /** {@return whether this failure was the first} */
    public boolean reset(Failure failure) {
        return guarded.tellFor(session -> session.reset(failure));
    }

    @Nullable
    Failure failure() {
        return guarded.tellFor(Session::failure);
    }

    /** {@return bytes that the page wrote; null if there are none now} */
    @Nullable
    ByteBuffer pollInput() {
        return guarded.tellFor(Session::pollInput);
    }

    boolean isInputAtEnd() {
        return guarded.tellFor(Session::isInputAtEnd);
    }

    long availableInput() {
        return guarded.tellFor(Session::availableInput);
    }

    void discardInput() {
        guarded.tell(Session::discardInput);
        guarded.wakeReaders();
    }

    /** Takes bytes for the page without regard to room; drops them if the output is over. */
    void writeAll(ByteBuffer bytes) {
        guarded.tell(session -> {
            if (session.isOutputOpen()) {
                session.write(bytes);
            }
        });
    }

    /** {@return for how many bytes there is room; 0: a signal comes when there is some; -1: the output is over} */
    int outputRoom() {
        return guarded.tellFor(session -> {
            if (!session.isOutputOpen()) {
                return -1;
            }
            int room = session.outputRoom();
            if (room == 0) {
                session.notifyOutputRoom();
            }
            return room;
        });
    }

    /** {@return how many bytes were read; -1 at the end} Waits for at least one. */
    int read(ByteBuffer target, BlockingInput face) throws IOException {
        return guarded.awaitReadable(session -> {
            face.requireOpen();
            int count = session.readInput(target);
            if (count > 0) {
                return count;
            }
            if (session.isInputAtEnd()) {
                return -1;
            }
            throwIfFailed(session);
            return null;
        });
    }

    /** {@return how many bytes there was room for, and were copied} Waits for room for at least one. */
    int write(ByteBuffer source) throws IOException {
        return guarded.awaitWritable(session -> {
            throwIfFailed(session);
            if (!session.isOutputOpen()) {
                throw new IOException(OUTPUT_ENDED);
            }
            int count = Math.min(source.remaining(), session.outputRoom());
            if (count == 0) {
                session.notifyOutputRoom();
                return null;
            }
            session.writeCopy(source.slice(source.position(), count));
            source.position(source.position() + count);
            return count;
        });
    }

    /** User code has thrown. That is logged; an exception that only tells of the duplex's own failure is no news. */
    public void handlerFailed(Throwable thrown) {
        boolean first = reset(new Failure(ErrorCode.HANDLER_FAILED, "The application's handler failed.", thrown));
        if (first || !isOrIsCausedByDuplexException(thrown)) {
            monitoring.handlerFailures.log(
                    thrown,
                    "The handler of duplex %s... failed%s",
                    SessionId.abbreviated(id),
                    first ? "; the duplex was reset" : ", after the duplex was over");
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

    /** Runs a signal to user code. If there is no thread for it, the duplex fails: it must not hang. */
    void execute(Runnable signal) {
        try {
            threads.execute(signal);
        } catch (RejectedExecutionException e) {
            reset(new Failure(
                    ErrorCode.OVERLOADED,
                    "The executor had no thread for this duplex: give DuplexHandler.Builder.executor more.",
                    e));
            threads.executeSurely(signal);
        }
    }

    private static void throwIfFailed(Session session) throws DuplexException {
        Failure failure = session.failure();
        if (failure != null) {
            throw failure.exception();
        }
    }

    // ---- for the handler

    /** {@return the session's dialect, 1 or 2} */
    public int dialect() {
        return guarded.ask(Session::dialect);
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

    @Override
    public boolean mustNotBlock() {
        return host.mustNotBlock();
    }

    /** {@return the session, for the carriers of its exchanges} */
    public GuardedSession<S> session() {
        return guarded;
    }

    /** The duplex was opened, which is told before anything else can happen to it. */
    public void opened() {
        monitoring.counts.opened(dialect());
        if (observed != null) {
            observed.opened();
            observed.run();
        }
    }

    /** The duplex fails when that time is over. */
    public void limit(Lifetime lifetime) {
        timer.limit(lifetime);
    }

    /** The server is going to shut down: the application is told. */
    public void drain() {
        threads.executeSurely(() -> drainingFuture().complete(null));
    }

    // ---- what follows from events

    /** Under the lock, so that what an observer is told stays in order. */
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
        if (effects.input()) {
            faces.inputReady();
        }
        if (effects.output()) {
            faces.outputReady();
            settleSends();
        }
        if (effects.deadline()) {
            timer.arm();
        }
        effects.ready().forEach(Runnable::run);
        if (observed != null) {
            observed.run();
        }
    }

    private void finish() {
        timer.stop();
        Failure failure = failure();
        if (LOG.isDebugEnabled()) {
            LOG.debugf("Duplex %s... %s", SessionId.abbreviated(id), guarded.tellFor(count::summary));
        }
        host.ended(id, failure);
        threads.executeSurely(() -> {
            if (failure == null) {
                closedFuture().complete(null);
            } else {
                closedFuture().completeExceptionally(failure.exception());
            }
        });
    }

    private PendingSends sends() {
        PendingSends known = sends == null ? new PendingSends() : sends;
        sends = known;
        return known;
    }

    private void settleSends() {
        Runnable settled = guarded.tellFor(session -> sends == null ? null : sends.settled(session));
        if (settled != null) {
            threads.executeSurely(settled);
        }
    }
}
