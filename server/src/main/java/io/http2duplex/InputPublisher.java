package io.http2duplex;

import io.http2duplex.protocol.Failure;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the page writes, for one subscriber (Reactive Streams 1.0.4).
 *
 * <p>Signals come from {@code drain}, which runs once at a time: a counter of wake-ups makes the thread that is in it
 * go round again. It runs on the user's executor, but for the library's own subscriber, which runs no user code and is
 * signalled where the bytes arrive.
 */
final class InputPublisher implements Flow.Publisher<ByteBuffer> {
    private final SessionDuplex<?> duplex;
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();

    InputPublisher(SessionDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Subscription made = new Subscription(Objects.requireNonNull(subscriber, "subscriber"));
        if (!subscription.compareAndSet(null, made)) {
            subscriber.onSubscribe(NONE);
            subscriber.onError(new IllegalStateException("The input of a duplex has one subscriber"));
            return;
        }
        subscriber.onSubscribe(made);
        made.begin();
    }

    /** There may be something to signal. */
    void wake() {
        Subscription current = subscription.get();
        if (current != null) {
            current.wake();
        }
    }

    /** {@return whether that is a subscription of this library, which runs no user code} */
    static boolean isOwn(Flow.Subscription subscription) {
        return subscription instanceof Subscription;
    }

    private static final Flow.Subscription NONE = new Flow.Subscription() {
        @Override
        public void request(long count) {
            // there is nothing to come
        }

        @Override
        public void cancel() {
            // there is nothing to come
        }
    };

    private final class Subscription implements Flow.Subscription {
        private final AtomicLong demand = new AtomicLong();
        /** Wake-ups not yet seen by {@link #drain}; it starts at one, so that nothing is signalled before begin(). */
        private final AtomicInteger wakeUps = new AtomicInteger(1);

        private final boolean direct;
        /** Null once no more signals may come, so that the subscriber is not kept. */
        private volatile Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;

        private volatile boolean badRequest;

        Subscription(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
            this.direct = subscriber instanceof OutputSubscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                badRequest = true;
            } else {
                demand.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
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

        void begin() {
            run();
        }

        void wake() {
            if (subscriber != null && wakeUps.getAndIncrement() == 0) {
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

        private void drain() {
            int seen = wakeUps.get();
            do {
                Flow.Subscriber<? super ByteBuffer> current = subscriber;
                if (current != null) {
                    signal(current);
                }
                seen = wakeUps.addAndGet(-seen);
            } while (seen != 0);
        }

        private void signal(Flow.Subscriber<? super ByteBuffer> current) {
            try {
                ByteBuffer bytes;
                while (subscriber != null && !badRequest && demand.get() > 0 && (bytes = duplex.pollInput()) != null) {
                    if (demand.get() != Long.MAX_VALUE) {
                        demand.decrementAndGet();
                    }
                    current.onNext(bytes);
                }
                if (subscriber != null) {
                    terminate(current);
                }
            } catch (RuntimeException | Error e) {
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
                subscriber = null;
                current.onComplete();
                return;
            }
            Failure failure = duplex.failure();
            if (failure != null) {
                subscriber = null;
                current.onError(new DuplexException(failure));
            }
        }
    }
}
