package io.http2duplex.messages;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The reactive face of messages that arrive, for one subscriber (Reactive Streams 1.0.4). It holds one message and one
 * chunk at most: it asks for a chunk only when a message is wanted.
 */
final class MessagePublisher<T> implements Flow.Publisher<T> {
    private final Duplex duplex;
    private final Flow.Publisher<ByteBuffer> input;
    private final Incoming<T> incoming;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    MessagePublisher(Duplex duplex, Incoming<T> incoming) {
        this.duplex = duplex;
        this.incoming = incoming;
        input = duplex.input();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (subscribed.getAndSet(true)) {
            subscriber.onSubscribe(NONE);
            subscriber.onError(new IllegalStateException("The messages of a duplex have one subscriber"));
            return;
        }
        Subscription<T> made = new Subscription<>(duplex, incoming, subscriber);
        subscriber.onSubscribe(made);
        input.subscribe(made);
        made.begin();
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

    /**
     * Signals come from one thread at a time: a thread that finds another at it leaves a note in {@link #unseen}, and that
     * one goes round again.
     */
    private static final class Subscription<T> implements Flow.Subscription, Flow.Subscriber<ByteBuffer> {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

        private final Duplex duplex;
        private final Incoming<T> incoming;
        /** What has happened since the last round; one from the start, so that nothing is signalled before begin(). */
        private final AtomicInteger unseen = new AtomicInteger(1);

        private final AtomicLong demand = new AtomicLong();
        /** Null once no more signals may come, so that the subscriber is not kept. */
        private volatile Flow.@Nullable Subscriber<? super T> subscriber;

        private volatile boolean badRequest;
        private volatile Flow.@Nullable Subscription upstream;
        /** A chunk that was asked for and has come. */
        private volatile @Nullable ByteBuffer arrived;

        private volatile boolean ended;
        private volatile @Nullable Throwable failure;

        // What follows belongs to the thread that signals.
        private boolean asked;
        private ByteBuffer chunk = NOTHING;
        private @Nullable T ready;

        Subscription(Duplex duplex, Incoming<T> incoming, Flow.Subscriber<? super T> subscriber) {
            this.duplex = duplex;
            this.incoming = incoming;
            this.subscriber = subscriber;
        }

        void begin() {
            drain(false);
        }

        // ---- the subscriber

        @Override
        public void request(long count) {
            if (count <= 0) {
                badRequest = true;
            } else {
                demand.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            }
            wake(false);
        }

        @Override
        public void cancel() {
            subscriber = null;
            wake(false);
        }

        // ---- the duplex

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            upstream = subscription;
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            arrived = bytes;
            wake(true);
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
            wake(true);
        }

        @Override
        public void onComplete() {
            ended = true;
            wake(true);
        }

        // ---- signals

        private void wake(boolean byDuplex) {
            if (unseen.getAndIncrement() == 0) {
                drain(byDuplex);
            }
        }

        /** @param byDuplex whether the duplex calls, which then hears what the subscriber throws */
        private void drain(boolean byDuplex) {
            int seen = unseen.get();
            do {
                try {
                    round();
                } catch (Throwable e) { // in Kotlin and others also a checked exception
                    // A subscriber must not throw (Reactive Streams 2.13): it can't be trusted with any more.
                    subscriber = null;
                    release();
                    if (!byDuplex) {
                        duplex.reset();
                    }
                    throw e;
                }
                seen = unseen.addAndGet(-seen);
            } while (seen != 0);
        }

        private void round() {
            Flow.Subscriber<? super T> current;
            while ((current = subscriber) != null) {
                Throwable failed = failure;
                if (badRequest) {
                    failed = new IllegalArgumentException("A subscriber requests one or more (Reactive Streams 3.9)");
                }
                if (failed != null) {
                    fail(current, failed);
                } else if (!step(current)) {
                    return;
                }
            }
            release();
        }

        /** {@return whether something was done, so that there may be more to do} */
        private boolean step(Flow.Subscriber<? super T> current) {
            try {
                T message = ready == null ? incoming.next(chunk) : ready;
                ready = message;
                if (message == null) {
                    return nextChunk(current);
                }
            } catch (IOException e) {
                fail(current, e);
                return true;
            }
            return signal(current);
        }

        private boolean signal(Flow.Subscriber<? super T> current) {
            T message = ready;
            if (message == null || demand.get() == 0) {
                return false;
            }
            demand.getAndUpdate(wanted -> wanted == Long.MAX_VALUE ? wanted : wanted - 1);
            ready = null;
            current.onNext(message);
            return true;
        }

        private boolean nextChunk(Flow.Subscriber<? super T> current) throws IOException {
            boolean last = ended; // looked at first: what comes before the end is then here
            ByteBuffer bytes = arrived;
            chunk = NOTHING;
            if (bytes != null) {
                arrived = null;
                asked = false;
                chunk = bytes;
                return true;
            }
            if (last) {
                incoming.ended();
                subscriber = null;
                current.onComplete();
                return true;
            }
            Flow.Subscription from = upstream;
            if (asked || from == null || demand.get() == 0) {
                return false;
            }
            asked = true;
            from.request(1);
            return true;
        }

        private void fail(Flow.Subscriber<? super T> current, Throwable failed) {
            subscriber = null;
            release();
            current.onError(failed);
        }

        /** The subscriber wants no more, or must not have more. */
        private void release() {
            chunk = NOTHING;
            arrived = null;
            ready = null;
            Flow.Subscription from = upstream;
            if (from != null) {
                from.cancel();
            }
        }
    }
}
