package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A publisher of what the page writes, for one subscriber (Reactive Streams 1.0.4).
 *
 * <p>Signals come from one thread at a time, as {@link DrainLoop} has it: one of the executor, except for the library's
 * own subscriber, which runs no user code and is signalled where the bytes arrive.
 */
final class InputPublisher implements Flow.Publisher<ByteBuffer> {
    private final FacedDuplex<?> duplex;
    /** Set once, under this object's lock. */
    private volatile @Nullable Subscription subscription;

    InputPublisher(FacedDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Subscription made = new Subscription(duplex, Objects.requireNonNull(subscriber, "subscriber"));
        if (!begins(made)) {
            made.subscriber = null;
            subscriber.onSubscribe(made);
            subscriber.onError(
                    new IllegalStateException("The input of a duplex has one subscriber, and this one has it already"));
            return;
        }
        subscriber.onSubscribe(made);
        made.run();
    }

    private synchronized boolean begins(Subscription made) {
        if (subscription != null) {
            return false;
        }
        subscription = made;
        return true;
    }

    /** There may be something to signal. */
    void wake() {
        Subscription current = subscription;
        if (current != null) {
            current.wake();
        }
    }

    /** {@return whether that is a subscription of this library, which runs no user code} */
    static boolean isOwn(Flow.Subscription subscription) {
        return subscription instanceof Subscription;
    }

    private static final class Subscription extends DrainLoop implements Flow.Subscription {
        private static final AtomicLongFieldUpdater<Subscription> DEMAND =
                AtomicLongFieldUpdater.newUpdater(Subscription.class, "demand");

        private final FacedDuplex<?> duplex;
        private final boolean direct;
        private volatile long demand;
        /** Null once no more signals may come, so that the subscriber is not kept. */
        private volatile Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;

        private volatile boolean badRequest;

        Subscription(FacedDuplex<?> duplex, Flow.Subscriber<? super ByteBuffer> subscriber) {
            super(1); // so that nothing is signalled before run()
            this.duplex = duplex;
            this.subscriber = subscriber;
            direct = subscriber instanceof OutputSubscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                badRequest = true;
            } else {
                DEMAND.accumulateAndGet(this, count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            }
            wake();
        }

        @Override
        public void cancel() {
            if (subscriber != null) {
                subscriber = null;
                duplex.discardInput();
            }
        }

        void wake() {
            if (subscriber != null && wakeUp()) {
                run();
            }
        }

        private void run() {
            if (direct) {
                drain();
            } else {
                duplex.execute(this::drain);
            }
        }

        @Override
        protected void round() {
            Flow.Subscriber<? super ByteBuffer> current = subscriber;
            if (current != null) {
                signal(current);
            }
        }

        private void signal(Flow.Subscriber<? super ByteBuffer> current) {
            try {
                ByteBuffer bytes;
                while (subscriber != null && !badRequest && demand > 0 && (bytes = duplex.pollInput()) != null) {
                    if (demand != Long.MAX_VALUE) {
                        DEMAND.decrementAndGet(this);
                    }
                    current.onNext(bytes);
                }
                if (subscriber != null) {
                    terminate(current);
                }
            } catch (Throwable e) { // in Kotlin and others also a checked exception
                // A subscriber must not throw (Reactive Streams 2.13): it can't be trusted with any more.
                subscriber = null;
                duplex.handlerFailed(e);
            }
        }

        private void terminate(Flow.Subscriber<? super ByteBuffer> current) {
            if (badRequest) {
                cancel();
                current.onError(
                        new IllegalArgumentException("A subscriber requests one or more (Reactive Streams 3.9)"));
                return;
            }
            if (duplex.isInputAtEnd()) {
                if (subscriber != null) { // else it may be at its end because a cancellation has discarded the rest
                    subscriber = null;
                    current.onComplete();
                }
                return;
            }
            Failure failure = duplex.failure();
            if (failure != null) {
                subscriber = null;
                current.onError(failure.exception());
            }
        }
    }
}
