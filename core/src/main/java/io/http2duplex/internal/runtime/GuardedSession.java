package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Session;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session made safe for many threads, with a lock that guards it.
 *
 * <p>Two verbs: {@link #tell}, or {@link #tellFor} if there is a result, for an event whose {@link Effects} are acted on
 * at once; {@link #ask} for an inquiry, or an event whose effects wait. Both run under the lock; effects are acted on
 * after it was released, on the same thread. So no lock is ever held across I/O or a callback, and nothing here can
 * deadlock with what it calls.
 */
public final class GuardedSession<S extends Session> {
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock; null: nobody has ever waited. */
    private @Nullable Condition readable;
    /** Guarded by the lock; null: nobody has ever waited. */
    private @Nullable Condition writable;
    /** Guarded by the lock. */
    private final S session;

    private final Listener<S> listener;

    /** The part that acts on effects. */
    interface Listener<S extends Session> {
        /** Notes effects in the sequence in which they came. Called after every event, under the lock, on any thread. */
        void record(S session, Effects effects);

        /** Acts on effects. Called if there are any, without the lock, on any thread. */
        void act(Effects effects);

        /** {@return whether the calling thread must not block} */
        boolean mustNotBlock();
    }

    GuardedSession(S session, Listener<S> listener) {
        this.session = session;
        this.listener = listener;
    }

    /** {@return whether it is a session of that dialect} */
    boolean isOf(Class<? extends Session> dialect) {
        return dialect.isInstance(session);
    }

    /** Tells the session of an event. */
    public void tell(Consumer<? super S> event) {
        tellFor(session -> {
            event.accept(session);
            return null;
        });
    }

    /** Tells the session of an event. {@return what the event gives} */
    public <T extends @Nullable Object> T tellFor(Function<? super S, T> event) {
        Effects effects;
        T result;
        lock.lock();
        try {
            result = event.apply(session);
            effects = takeEffects();
        } finally {
            lock.unlock();
        }
        act(effects);
        return result;
    }

    /** Acts on the effects of events that were passed to {@link #ask}. */
    void settle() {
        tell(session -> {});
    }

    /** {@return what an inquiry gives, or an event whose effects wait for the next {@code tell} or {@link #settle}} */
    public <T extends @Nullable Object> T ask(Function<? super S, T> inquiry) {
        lock.lock();
        try {
            return inquiry.apply(session);
        } finally {
            lock.unlock();
        }
    }

    /** An attempt of a blocking face, under the lock: null means that it has to wait. */
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
        if (listener.mustNotBlock()) {
            throw new IllegalStateException("A blocking face of a duplex was used on an I/O thread of the server, which"
                    + " must not block. Give the option executor threads of your own.");
        }
        Integer result;
        Effects effects;
        lock.lock();
        try {
            while ((result = attempt.on(session)) == null) {
                effects = takeEffects();
                if (effects.isEmpty()) {
                    condition.get().await();
                    continue;
                }
                lock.unlock();
                try {
                    listener.act(effects); // what is waited for may follow from it
                } finally {
                    lock.lock();
                }
            }
            effects = takeEffects();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while waiting for a duplex").initCause(e);
        } finally {
            lock.unlock();
        }
        act(effects);
        return result;
    }

    private void act(Effects effects) {
        if (!effects.isEmpty()) {
            listener.act(effects);
        }
    }

    private Effects takeEffects() {
        Effects effects = session.takeEffects();
        listener.record(session, effects);
        if (effects.input()) {
            signal(readable);
        }
        if (effects.output()) {
            signal(writable);
        }
        return effects;
    }
}
