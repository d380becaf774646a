package io.http2duplex;

import io.http2duplex.protocol.Session;
import io.http2duplex.protocol.Signals;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session made safe for many threads. The faces meet it as a {@link Session}, carriers as one of its dialect.
 *
 * <p>One lock guards it. Every event is told to the session under the lock; what follows from it, its {@link Signals},
 * is reacted to after the lock was released, on the same thread: so no lock is ever held across I/O or a callback, and
 * nothing here can deadlock with what it calls.
 */
final class GuardedSession<S extends Session> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    /** Guarded by the lock. */
    private final S session;

    private final BiConsumer<S, Signals> record;
    private final Consumer<Signals> reaction;

    /**
     * @param record notes signals in the order in which they came; called under the lock, on any thread
     * @param reaction what to do about signals; called without the lock, on any thread
     */
    GuardedSession(S session, BiConsumer<S, Signals> record, Consumer<Signals> reaction) {
        this.session = session;
        this.record = record;
        this.reaction = reaction;
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
        reaction.accept(signals);
        return result;
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
        return await(readable, attempt);
    }

    /** Tries again whenever there may be room to write, until the attempt gives something. */
    int awaitWritable(Attempt attempt) throws IOException {
        return await(writable, attempt);
    }

    /** Has every waiting reader try again. */
    void wakeReaders() {
        lock.lock();
        try {
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int await(Condition condition, Attempt attempt) throws IOException {
        Faces.requireBlockingAllowed();
        Integer result;
        Signals signals;
        lock.lock();
        try {
            while ((result = attempt.on(session)) == null) {
                signals = takeSignals();
                if (signals.isEmpty()) {
                    condition.await();
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
        reaction.accept(signals);
        return result;
    }

    private void reactWithoutLock(Signals signals) {
        lock.unlock();
        try {
            reaction.accept(signals);
        } finally {
            lock.lock();
        }
    }

    private Signals takeSignals() {
        Signals signals = session.takeSignals();
        record.accept(session, signals);
        if (signals.input()) {
            readable.signalAll();
        }
        if (signals.output()) {
            writable.signalAll();
        }
        return signals;
    }
}
