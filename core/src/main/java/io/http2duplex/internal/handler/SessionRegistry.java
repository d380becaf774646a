package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.LiveTotals;
import io.http2duplex.internal.runtime.SessionDuplex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A registry of the sessions of one endpoint by id: the live ones, and how others of dialect 2 ended. Thread-safe. */
final class SessionRegistry {
    /** The answer to a look-up. */
    sealed interface Found {}

    /** Its session lives. */
    record Live(SessionDuplex<?> duplex) implements Found {}

    /**
     * Its session has ended.
     *
     * @param failure what ended it early; null if both directions ended cleanly
     */
    record Ended(@Nullable Failure failure) implements Found {}

    /** The id has another node's route. */
    record Elsewhere() implements Found {}

    /** There is no session of that id, or it is forgotten. */
    record Unknown() implements Found {}

    private static final Elsewhere ELSEWHERE = new Elsewhere();
    private static final Unknown UNKNOWN = new Unknown();

    private final ConcurrentHashMap<String, SessionDuplex<?>> live = new ConcurrentHashMap<>();
    /** The ids of sessions by the secrets that they were opened with, until their clients are known to know the ids. */
    private final ConcurrentHashMap<String, String> openings = new ConcurrentHashMap<>();

    /** The ids of sessions by their tickets, of each the newest. */
    private final ConcurrentHashMap<Ticket, String> tickets = new ConcurrentHashMap<>();

    private final EndedSessions ended;
    private final String route;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    /** @param route this node's; empty if it has none */
    SessionRegistry(EndedSessions ended, String route) {
        this.ended = ended;
        this.route = route;
    }

    /** {@return an id for a new session} */
    String nextId() {
        return SessionId.next(route);
    }

    /**
     * Adds a session, unless another was opened with that secret, in one step.
     *
     * @param secret the client's of this opening; null if it gave none
     * @return whether it was added
     */
    boolean add(SessionDuplex<?> duplex, @Nullable String secret) {
        String id = duplex.id();
        if (secret == null) {
            live.put(id, duplex);
            return true;
        }
        String first = openings.computeIfAbsent(secret, unknown -> {
            live.put(id, duplex); // before it can be found
            return id;
        });
        return first.equals(id);
    }

    /** {@return the id of the session that was opened with that secret; null if there is none, or its client knows it} */
    @Nullable
    String openedWith(String secret) {
        return openings.get(secret);
    }

    /** The client that has opened the session of that id with that secret knows the id. */
    void forgetOpening(String secret, String id) {
        openings.remove(secret, id);
    }

    Found find(String id) {
        SessionDuplex<?> duplex = live.get(id);
        if (duplex != null) {
            return new Live(duplex);
        }
        Ended known = ended.get(id);
        return known != null ? known : isElsewhere(id) ? ELSEWHERE : UNKNOWN;
    }

    /** {@return the session that has given out that ticket last} */
    Found find(Ticket ticket) {
        String id = tickets.get(ticket);
        return id == null ? UNKNOWN : find(id);
    }

    /**
     * A session has another ticket. Called under its lock, or when it has ended and gets no other.
     *
     * @param before its ticket until now; null if it had none
     * @param now null if it has none any more
     */
    void changeTicket(String id, @Nullable Ticket before, @Nullable Ticket now) {
        if (before != null) {
            tickets.remove(before);
        }
        if (now != null) {
            tickets.put(now, id);
        }
    }

    /** {@return how many tickets are remembered} */
    int tickets() {
        return tickets.size();
    }

    private boolean isElsewhere(String id) {
        String its = SessionId.route(id);
        return !its.isEmpty() && !its.equals(route);
    }

    /**
     * A session has ended.
     *
     * @param failure what ended it early; null if both directions ended cleanly
     */
    void ended(String id, @Nullable Failure failure) {
        SessionDuplex<?> duplex = live.get(id);
        GuardedSession<ResumableSession> resumable = duplex == null ? null : duplex.sessionAs(ResumableSession.class);
        if (resumable != null) { // clients of others learn of the end from their download alone
            ended.add(id, failure);
            changeTicket(id, resumable.ask(ResumableSession::ticket), null);
        }
        remove(id);
    }

    private void remove(String id) {
        live.remove(id);
        completeIfDrained();
    }

    int count() {
        return live.size();
    }

    /** {@return the live sessions} No new ones are taken from now on. */
    Collection<SessionDuplex<?>> drain() {
        draining = true;
        completeIfDrained();
        return new ArrayList<>(live.values());
    }

    boolean isDraining() {
        return draining;
    }

    /** {@return a stage that completes, on any thread, when no new ones are taken and none is left} */
    CompletionStage<Void> drained() {
        return drained.minimalCompletionStage();
    }

    private void completeIfDrained() {
        if (draining && live.isEmpty()) {
            drained.complete(null);
        }
    }

    /** {@return totals over the live sessions, which are looked at one after the other, each under its own lock} */
    LiveTotals totals() {
        return live.values().stream()
                .map(duplex -> duplex.session().ask(LiveTotals::of))
                .reduce(LiveTotals.NONE, LiveTotals::plus);
    }
}
