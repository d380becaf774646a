package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexObserver;
import io.http2duplex.DuplexObserver.Detachment;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionEvent;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A bounded queue of calls about one duplex to its observer: one at a time, in order. Safe for use by many threads. */
final class ObserverCalls {
    /** How many calls wait at most, without the first and the last. */
    static final int MAX_WAITING = 64;

    private final Observers observers;
    private final Duplex duplex;
    /** Guarded by this. */
    private final ArrayDeque<Consumer<DuplexObserver>> waiting = new ArrayDeque<>(0);

    private boolean running;

    ObserverCalls(Observers observers, Duplex duplex) {
        this.observers = observers;
        this.duplex = duplex;
    }

    /** The duplex was opened. */
    void opened() {
        add(observer -> observer.opened(duplex));
    }

    void happened(SessionEvent event) {
        synchronized (this) {
            if (waiting.size() >= MAX_WAITING) {
                return;
            }
        }
        if (event instanceof SessionEvent.Detached detached) {
            add(observer -> observer.detached(duplex, new Detachment(detached.reason(), detached.cause())));
        } else if (event instanceof SessionEvent.Resumed resumed) {
            add(observer -> observer.resumed(duplex, resumed.mode()));
        } else if (event instanceof SessionEvent.Attached attached) {
            add(observer -> observer.attached(duplex, attached.mode()));
        }
    }

    /** The duplex has ended. */
    void ended(@Nullable Failure failure) {
        add(observer -> observer.ended(duplex, failure == null ? null : failure.exception()));
    }

    private synchronized void add(Consumer<DuplexObserver> call) {
        waiting.add(call);
    }

    /** Begins to call if something waits. Called without a lock. */
    void run() {
        synchronized (this) {
            if (running || waiting.isEmpty()) {
                return;
            }
            running = true;
        }
        observers.execute(this::call);
    }

    private void call() {
        for (Consumer<DuplexObserver> next = next(); next != null; next = next()) {
            observers.call(next);
        }
    }

    private synchronized @Nullable Consumer<DuplexObserver> next() {
        Consumer<DuplexObserver> next = waiting.poll();
        running = next != null;
        return next;
    }
}
