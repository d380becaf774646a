package io.http2duplex.internal.handler;

import static io.http2duplex.internal.options.OptionChecks.nanos;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexOptions;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Observers;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.UserThreads;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint for duplexes, independent of its host. Sessions are looked up by id, not by connection: uploads may come
 * over another connection than that of the download.
 */
public final class Endpoint {
    private final UserThreads threads;
    private final UserThreads authorizerThreads;
    private final MemoryBudget budget;
    private final Monitoring monitoring = new Monitoring();
    private final OpenExchanges exchanges = new OpenExchanges(monitoring);
    private final SessionRegistry sessions;
    private final Origins origins;
    private final RequestRouter router;
    private final @Nullable UnattachedSockets sockets;
    private final BooleanSupplier mustNotBlock;
    private final long bodyNanos;

    /** @param mustNotBlock whether the calling thread is one of the host's that must not block */
    public Endpoint(DuplexCallback callback, DuplexOptions<?> options, BooleanSupplier mustNotBlock) {
        this.mustNotBlock = mustNotBlock;
        threads = options.executor() == null ? UserThreads.standard() : UserThreads.of(options.executor());
        authorizerThreads = options.authorizer() == null ? threads : UserThreads.forAuthorizer();
        budget = new MemoryBudget(
                options.memoryBudget(), (long) (options.memoryBudget() * (options.memoryBudgetShare() / 100.0)));
        bodyNanos = nanos(options.bodyTimeout());
        SessionLimits limits = new SessionLimits(
                options.uploadBufferSize(),
                options.downloadBufferSize(),
                options.maxChunkSize(),
                options.maxOpenUploads(),
                nanos(options.lingerTimeout()),
                nanos(options.stallTimeout()),
                nanos(options.resumeTimeout()),
                nanos(options.heartbeat()),
                options.maxWindow(),
                nanos(options.maxDownloadLife()));
        sessions = new SessionRegistry(
                new EndedSessions(limits.resumeNanos(), System::nanoTime, Scheduler.SHARED), options.route());
        Observers observers = options.observer() == null
                ? null
                : new Observers(options.observer(), threads, monitoring.observerFailures);
        DuplexContext context =
                new DuplexContext("downloadBufferSize", threads, monitoring, observers, Scheduler.SHARED, mustNotBlock);
        DuplexFactory factory = new DuplexFactory(
                callback, context, exchanges, sessions, nanos(options.idleTimeout()), nanos(options.maxLife()));
        AuthorizationGate gate = new AuthorizationGate(
                options.authorizer(), authorizerThreads, nanos(options.authorizeTimeout()), monitoring, exchanges);
        origins = new Origins(
                options.allowedOrigins(), options.allowedHeaders(), options.allowCredentials(), options.oneRequest());
        Admission admission = new Admission(Map.of(
                OpeningLimit.OPENS_PER_MINUTE, options.maxOpensPerMinute(),
                OpeningLimit.SESSIONS, options.maxSessions(),
                OpeningLimit.SESSIONS_PER_ADDRESS, options.maxSessionsPerAddress(),
                OpeningLimit.SESSIONS_PER_CONNECTION, options.maxSessionsPerConnection(),
                OpeningLimit.SESSIONS_PER_ACCOUNT, options.maxSessionsPerAccount()));
        ResumableDialect resumable = new ResumableDialect(
                factory, gate, exchanges, sessions, limits, budget, options.downloadModes(), options.webSocket());
        sockets = options.webSocket() ? new UnattachedSockets(resumable::attach, Scheduler.SHARED, monitoring) : null;
        router = new RequestRouter(
                new PlainDialect(factory, gate, exchanges, sessions, limits),
                resumable,
                options.oneRequest() ? new OneRequestDialect(factory, exchanges, limits, budget) : null,
                sockets,
                origins,
                admission,
                gate,
                exchanges);
    }

    /** Takes one request. Called by a task of the exchange. */
    public void handle(Exchange exchange) {
        exchanges.run(exchange, () -> router.route(exchange));
    }

    /**
     * Checks the origin of a request that goes on to another handler.
     *
     * @return how it must be {@linkplain #answer answered}; null if it may go on
     */
    public @Nullable UploadOutcome checkOrigin(Exchange exchange) {
        return origins.check(exchange);
    }

    /** Answers a request that the host does not give to {@link #handle}. */
    public void answer(Exchange exchange, UploadOutcome outcome) {
        exchanges.answer(exchange, outcome);
    }

    /** An exchange has begun. An endpoint that closes waits for its answer. */
    public void exchangeBegan() {
        exchanges.opened();
    }

    /** The response of such an exchange has gone out, or never will. Must be called once for each. */
    public void exchangeAnswered() {
        exchanges.answered();
    }

    /** {@return how long each step of a request's body may take, in nanoseconds} */
    public long bodyNanos() {
        return bodyNanos;
    }

    /** {@return how many sessions live} */
    public int sessions() {
        return sessions.count();
    }

    /** {@return how many bytes of the memory budget are used now} */
    public long memoryUsed() {
        return budget.reserved();
    }

    public DuplexStatistics statistics() {
        return monitoring.counts.statistics(sessions.totals(), budget);
    }

    /**
     * Takes no new duplexes, and tells the live ones that the server is going to shut down. A client that is away has two
     * seconds to come back and be told; then its session ends with the code {@code SHUT_DOWN}.
     *
     * @return completes, on the executor, when none is left
     */
    public CompletionStage<Void> drain() {
        sessions.drain().forEach(duplex -> {
            duplex.drain();
            GuardedSession<ResumableSession> resumable = duplex.sessionAs(ResumableSession.class);
            if (resumable != null) {
                resumable.tell(session -> session.drain(System.nanoTime()));
            }
        });
        return sessions.drained().thenRunAsync(() -> {}, threads::executeSurely);
    }

    public boolean isDraining() {
        return sessions.isDraining();
    }

    /**
     * Ends every session, and takes no new ones.
     *
     * @return completes, on the executor, when every answer has gone out
     */
    public CompletionStage<Void> stop() {
        return stopped().thenRunAsync(() -> {}, threads::executeSurely);
    }

    /** {@return a stage that completes, perhaps on a thread of the host, when every answer has gone out} */
    private CompletionStage<Void> stopped() {
        Failure shutDown = new Failure(ErrorCode.SHUT_DOWN, "The server shut down.");
        for (SessionDuplex<?> duplex : sessions.drain()) {
            duplex.reset(shutDown);
        }
        if (sockets != null) {
            sockets.stop();
        }
        threads.close();
        authorizerThreads.close();
        return exchanges.whenNoneIsOpen();
    }

    /** Does what {@link #stop} does, and waits some seconds until every answer has gone out, if the thread may block. */
    public void close() {
        CompletionStage<Void> stopped = stopped();
        if (!mustNotBlock.getAsBoolean()) {
            exchanges.await(stopped);
        }
    }
}
