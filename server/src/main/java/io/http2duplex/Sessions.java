package io.http2duplex;

import io.http2duplex.protocol.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The live sessions of one handler and one dialect, by id. Safe for use by many threads.
 *
 * @param <S> the dialect
 */
final class Sessions<S extends Session> {
    private final ConcurrentHashMap<String, SessionDuplex<S>> byId = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    /** {@return whether it was added; false if no new sessions are taken} */
    boolean add(SessionDuplex<S> duplex) {
        byId.put(duplex.id(), duplex);
        if (draining) {
            remove(duplex.id());
            return false;
        }
        return true;
    }

    @Nullable
    SessionDuplex<S> get(String id) {
        return byId.get(id);
    }

    void remove(String id) {
        byId.remove(id);
        completeIfDrained();
    }

    Collection<SessionDuplex<S>> all() {
        return Collections.unmodifiableCollection(byId.values());
    }

    int count() {
        return byId.size();
    }

    /** {@return those that live} Takes no new ones from now on. */
    Collection<SessionDuplex<S>> drain() {
        draining = true;
        completeIfDrained();
        return new ArrayList<>(byId.values());
    }

    boolean isDraining() {
        return draining;
    }

    /** {@return completes, on any thread, when new ones are no longer taken and none is left} */
    CompletionStage<Void> drained() {
        return drained.minimalCompletionStage();
    }

    private void completeIfDrained() {
        if (draining && byId.isEmpty()) {
            drained.complete(null);
        }
    }
}
