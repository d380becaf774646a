package io.http2duplex.nodes;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of messages for other nodes, and the thread that sends them in batches: a publisher never waits, the
 * thread may.
 */
final class Outbox implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Outbox.class);

    /** What a message that waits takes besides its bytes, about. */
    static final long OVERHEAD = 100;

    private static final long CLOSE_SECONDS = 5;

    private static final String CLOSED = "the bus was closed";

    /** What brings batches to the other nodes. */
    interface Carrier {
        /**
         * Sends a batch, in the sequence of the calls. May block, on the outbox's thread.
         *
         * @param messages how many are in it
         */
        void send(byte[] batch, int messages) throws Exception;

        /** Waits until all batches have come to the other nodes. Called once at most, after the last, on the same thread. */
        default void finish() throws Exception {}
    }

    private final Batch batch;
    private final long maxQueued;
    private final Carrier carrier;
    private final Losses losses;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, as all below. */
    private final ArrayDeque<Batch.Message> waiting = new ArrayDeque<>();

    private long queued;
    private boolean closed;

    Outbox(String name, Batch batch, long maxQueued, Carrier carrier, Losses losses) {
        this.batch = batch;
        this.maxQueued = maxQueued;
        this.carrier = carrier;
        this.losses = losses;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never waits. */
    void offer(String topic, ByteBuffer content) {
        Batch.Message message = new Batch.Message(topic, content);
        long size = OVERHEAD + message.size();
        boolean late;
        lock.lock();
        try {
            late = closed;
            if (!late && queued + size <= maxQueued) {
                waiting.add(message);
                queued += size;
                if (waiting.size() == 1) {
                    changed.signal();
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        losses.lost(
                1, late ? CLOSED : "more than " + maxQueued + " bytes would wait to be sent (maxQueued of BusOptions)");
    }

    /** {@return how many bytes wait} */
    long queued() {
        lock.lock();
        try {
            return queued;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (List<Batch.Message> messages = next(); messages != null; messages = next()) {
            try {
                carrier.send(batch.encode(messages), messages.size());
            } catch (InterruptedException e) {
                losses.lost(messages.size() + dropAll(), CLOSED);
                return;
            } catch (Throwable e) { // one batch, which may have been too large for the heap; the next may go through
                losses.lost(messages.size(), Losses.reason(e));
            }
        }
        finish();
    }

    private void finish() {
        try {
            carrier.finish();
        } catch (Throwable e) { // the bus closes all the same
            LOG.warn("The last messages may not have come to all nodes", e);
        }
    }

    /** {@return how many messages have waited} None does any more. */
    private int dropAll() {
        lock.lock();
        try {
            int count = waiting.size();
            waiting.clear();
            queued = 0;
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** {@return what waits, up to the size of a batch; null if the outbox is closed and empty} Waits. */
    private @Nullable List<Batch.Message> next() {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                if (closed) {
                    return null;
                }
                changed.awaitUninterruptibly();
            }
            List<Batch.Message> messages = new ArrayList<>();
            long size = 0;
            while (!waiting.isEmpty() && size < Batch.SIZE) {
                Batch.Message message = waiting.remove();
                size += message.size();
                queued -= OVERHEAD + message.size();
                messages.add(message);
            }
            return messages;
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits, and waits until it has come, for some seconds at most. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
