package io.http2duplex.internal.client;

import io.http2duplex.internal.runtime.DrainLoop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The body of one POST on its way to one subscriber. It gives pieces as they are requested. */
final class PostBody extends DrainLoop implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final Source source;
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean over;

    /** The pieces of a body. Called by one thread at a time. */
    interface Source {
        /** {@return the next piece; null if there is none now} */
        @Nullable
        ByteBuffer next();

        /** {@return whether no piece will follow} Called after {@link #next} has given none, or without demand. */
        boolean isOver();

        /** The body has ended. */
        default void ended() {}
    }

    PostBody(Flow.Subscriber<? super ByteBuffer> subscriber, Source source) {
        super(1); // so that nothing is given before begin()
        this.subscriber = subscriber;
        this.source = source;
    }

    /** {@return a publisher of a whole body, which may be subscribed to again} */
    static Flow.Publisher<ByteBuffer> whole(List<ByteBuffer> pieces) {
        return subscriber -> {
            Iterator<ByteBuffer> left =
                    pieces.stream().map(ByteBuffer::asReadOnlyBuffer).iterator();
            new PostBody(subscriber, new Source() {
                        @Override
                        public @Nullable ByteBuffer next() {
                            return left.hasNext() ? left.next() : null;
                        }

                        @Override
                        public boolean isOver() {
                            return !left.hasNext();
                        }
                    })
                    .begin();
        };
    }

    void begin() {
        subscriber.onSubscribe(this);
        drain();
    }

    /** There may be another piece. */
    void wake() {
        if (wakeUp()) {
            drain();
        }
    }

    @Override
    public void request(long count) {
        demand.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        wake();
    }

    @Override
    public void cancel() {
        over = true;
    }

    @Override
    protected void round() {
        while (!over && demand.get() > 0) {
            ByteBuffer piece = source.next();
            if (piece == null) {
                break;
            }
            demand.decrementAndGet();
            subscriber.onNext(piece);
        }
        if (!over && source.isOver()) {
            over = true;
            subscriber.onComplete();
            source.ended();
        }
    }

    /** A source whose pieces are taken several at a time. */
    abstract static class Batches implements Source {
        private final ArrayDeque<ByteBuffer> taken = new ArrayDeque<>(2);

        /** {@return more pieces; null if there are none now} */
        abstract @Nullable List<ByteBuffer> take();

        /** {@return whether {@link #take} gives nothing any more} */
        abstract boolean mustEnd();

        @Override
        public final @Nullable ByteBuffer next() {
            if (taken.isEmpty()) {
                List<ByteBuffer> more = take();
                if (more != null) {
                    taken.addAll(more);
                }
            }
            return taken.poll();
        }

        @Override
        public final boolean isOver() {
            return taken.isEmpty() && mustEnd();
        }
    }
}
