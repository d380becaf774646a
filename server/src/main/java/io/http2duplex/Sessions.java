package io.http2duplex;

import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The live sessions of one handler, by id. Safe for use by many threads. */
final class Sessions {
    private final ConcurrentHashMap<String, SessionDuplex> byId = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** {@return whether it was added; false if no new sessions are taken} */
    boolean add(SessionDuplex duplex) {
        byId.put(duplex.id(), duplex);
        if (closed) {
            byId.remove(duplex.id());
            return false;
        }
        return true;
    }

    @Nullable
    SessionDuplex get(String id) {
        return byId.get(id);
    }

    void remove(SessionDuplex duplex) {
        byId.remove(duplex.id());
    }

    int count() {
        return byId.size();
    }

    /** {@return those that live} Takes no new ones from now on. */
    Collection<SessionDuplex> close() {
        closed = true;
        return new ArrayList<>(byId.values());
    }
}
