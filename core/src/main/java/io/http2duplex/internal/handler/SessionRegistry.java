package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.LiveTotals;
import io.http2duplex.internal.runtime.SessionDuplex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The sessions of one handler by id: those that live, and how those of dialect 2 ended. Safe for use by many threads. */
public final class SessionRegistry {
    /** What is known of an id. */
    sealed interface Found {}

    /** Its session lives. */
    record Live(SessionDuplex<?> duplex) implements Found {}

    /**
     * Its session has ended.
     *
     * @param failure what ended it early; null if both directions ended cleanly
     */
    record Ended(@Nullable Failure failure) implements Found {}

    /** There is no session of that id, or it is forgotten. */
    record Unknown() implements Found {}

    private static final Unknown UNKNOWN = new Unknown();

    private final ConcurrentHashMap<String, SessionDuplex<?>> live = new ConcurrentHashMap<>();
    private final EndedSessions ended;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    SessionRegistry(EndedSessions ended) {
        this.ended = ended;
    }

    /** {@return whether it was added; false if no new sessions are taken} */
    boolean add(SessionDuplex<?> duplex) {
        live.put(duplex.id(), duplex);
        if (draining) {
            remove(duplex.id());
            return false;
        }
        return true;
    }

    Found find(String id) {
        SessionDuplex<?> duplex = live.get(id);
        if (duplex != null) {
            return new Live(duplex);
        }
        Ended known = ended.get(id);
        return known == null ? UNKNOWN : known;
    }

    /**
     * A session has ended.
     *
     * @param failure what ended it early; null if both directions ended cleanly
     */
    void ended(String id, @Nullable Failure failure) {
        SessionDuplex<?> duplex = live.get(id);
        if (duplex != null && duplex.dialect() == 2) { // clients of dialect 1 learn of it by their download alone
            ended.add(id, failure);
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

    /** {@return the sessions that live} No new ones are taken from now on. */
    Collection<SessionDuplex<?>> drain() {
        draining = true;
        completeIfDrained();
        return new ArrayList<>(live.values());
    }

    boolean isDraining() {
        return draining;
    }

    /** {@return completes, on any thread, when new ones are no longer taken and none is left} */
    CompletionStage<Void> drained() {
        return drained.minimalCompletionStage();
    }

    private void completeIfDrained() {
        if (draining && live.isEmpty()) {
            drained.complete(null);
        }
    }

    /** {@return totals over the sessions that live, which are looked at one after the other, each under its own lock} */
    LiveTotals totals() {
        Totals totals = new Totals();
        live.values().forEach(totals::add);
        return totals.sums();
    }

    private static final class Totals {
        private int plain;
        private int resumable;
        private int detached;
        private long heldInput;
        private long heldOutput;
        private long uploadWindows;
        private long downloadWindows;

        void add(SessionDuplex<?> duplex) {
            duplex.session().ask(session -> {
                heldInput += session.heldInput();
                heldOutput += session.heldOutput();
                return null;
            });
            GuardedSession<ResumableSession> guarded = duplex.sessionAs(ResumableSession.class);
            if (guarded == null) {
                plain++;
                return;
            }
            resumable++;
            guarded.ask(session -> {
                detached += session.isAttached() || session.isFinished() ? 0 : 1;
                uploadWindows += session.uploadWindow();
                downloadWindows += session.downloadWindow();
                return null;
            });
        }

        LiveTotals sums() {
            return new LiveTotals(plain, resumable, detached, heldInput, heldOutput, uploadWindows, downloadWindows);
        }
    }
}
