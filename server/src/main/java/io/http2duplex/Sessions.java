package io.http2duplex;

import io.http2duplex.protocol.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The live sessions of one handler and one dialect, by id. Safe for use by many threads.
 *
 * @param <S> the dialect
 */
final class Sessions<S extends Session> {
    private final ConcurrentHashMap<String, SessionDuplex<S>> byId = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** {@return whether it was added; false if no new sessions are taken} */
    boolean add(SessionDuplex<S> duplex) {
        byId.put(duplex.id(), duplex);
        if (closed) {
            byId.remove(duplex.id());
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
    }

    int count() {
        return byId.size();
    }

    /** {@return those that live} Takes no new ones from now on. */
    Collection<SessionDuplex<S>> close() {
        closed = true;
        return new ArrayList<>(byId.values());
    }
}
