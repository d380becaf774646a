package io.http2duplex;

import io.http2duplex.protocol.Session;
import io.http2duplex.protocol.Signals;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session made safe for many threads. The faces meet it as a {@link Session}, carriers as one of its dialect.
 *
 * <p>One lock guards it. Every event is told to the session under the lock; what follows from it, its {@link Signals},
 * is reacted to after the lock was released, on the same thread: so no lock is ever held across I/O or a callback, and
 * nothing here can deadlock with what it calls. Who tells of many events at once may have that done for all of them.
 */
final class GuardedSession<S extends Session> {
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock; null: nobody has ever waited. */
    private @Nullable Condition readable;
    /** Guarded by the lock; null: nobody has ever waited. */
    private @Nullable Condition writable;
    /** Guarded by the lock. */
    private final S session;

    private final Listener<S> listener;

    /** Who is told of signals. */
    interface Listener<S extends Session> {
        /** Notes signals in the order in which they came. Called after every event, under the lock, on any thread. */
        void record(S session, Signals signals);

        /** Does what follows from signals. Called if there are any, without the lock, on any thread. */
        void react(Signals signals);
    }

    GuardedSession(S session, Listener<S> listener) {
        this.session = session;
        this.listener = listener;
    }

    /** Tells the session of an event. */
    void act(Consumer<? super S> event) {
        call(session -> {
            event.accept(session);
            return null;
        });
    }

    /** {@return what an event gave that the session is told of, or asked} */
    <T extends @Nullable Object> T call(Function<? super S, T> event) {
        Signals signals;
        T result;
        lock.lock();
        try {
            result = event.apply(session);
            signals = takeSignals();
        } finally {
            lock.unlock();
        }
        react(signals);
        return result;
    }

    /** Tells the session of an event. What follows from it waits for the next that is told otherwise, or {@link #settle}. */
    void tell(Consumer<? super S> event) {
        look(event);
    }

    /** Does what follows from what was told. */
    void settle() {
        act(session -> {});
    }

    /** {@return what an inquiry gives, which changes nothing} */
    <T extends @Nullable Object> T ask(Function<? super S, T> inquiry) {
        lock.lock();
        try {
            return inquiry.apply(session);
        } finally {
            lock.unlock();
        }
    }

    /** Looks at the session, and changes nothing. */
    void look(Consumer<? super S> at) {
        lock.lock();
        try {
            at.accept(session);
        } finally {
            lock.unlock();
        }
    }

    /** What a blocking face tries under the lock: null means that it has to wait. */
    interface Attempt {
        @Nullable
        Integer on(Session session) throws IOException;
    }

    /** Tries again whenever there may be something to read, until the attempt gives something. */
    int awaitReadable(Attempt attempt) throws IOException {
        return await(this::readable, attempt);
    }

    /** Tries again whenever there may be room to write, until the attempt gives something. */
    int awaitWritable(Attempt attempt) throws IOException {
        return await(this::writable, attempt);
    }

    /** Has every waiting reader try again. */
    void wakeReaders() {
        lock.lock();
        try {
            signal(readable);
        } finally {
            lock.unlock();
        }
    }

    private static void signal(@Nullable Condition condition) {
        if (condition != null) {
            condition.signalAll();
        }
    }

    private Condition readable() {
        Condition known = readable == null ? lock.newCondition() : readable;
        readable = known;
        return known;
    }

    private Condition writable() {
        Condition known = writable == null ? lock.newCondition() : writable;
        writable = known;
        return known;
    }

    /** @param condition asked for under the lock, only if there is something to wait for */
    private int await(Supplier<Condition> condition, Attempt attempt) throws IOException {
        Faces.requireBlockingAllowed();
        Integer result;
        Signals signals;
        lock.lock();
        try {
            while ((result = attempt.on(session)) == null) {
                signals = takeSignals();
                if (signals.isEmpty()) {
                    condition.get().await();
                } else {
                    reactWithoutLock(signals); // what is waited for may follow from it
                }
            }
            signals = takeSignals();
        } catch (InterruptedException e) {
            throw Faces.interrupted(e);
        } finally {
            lock.unlock();
        }
        react(signals);
        return result;
    }

    private void react(Signals signals) {
        if (!signals.isEmpty()) {
            listener.react(signals);
        }
    }

    private void reactWithoutLock(Signals signals) {
        lock.unlock();
        try {
            listener.react(signals);
        } finally {
            lock.lock();
        }
    }

    private Signals takeSignals() {
        Signals signals = session.takeSignals();
        listener.record(session, signals);
        if (signals.input()) {
            signal(readable);
        }
        if (signals.output()) {
            signal(writable);
        }
        return signals;
    }
}
