package io.http2duplex.nodes;

import io.http2duplex.messages.Bus;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * What buses over other nodes have in common: the listeners of this node get a message on the thread that publishes it,
 * whatever becomes of the others; for those it goes into an {@link Outbox}.
 */
final class NodesBus implements Bus, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(NodesBus.class);

    /** This node's own. */
    private final Bus listeners = Bus.local();

    private final Batch batch = new Batch(ThreadLocalRandom.current().nextLong());
    private final LongAdder published = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final OnceASecond warning = new OnceASecond();
    private final Outbox outbox;
    final BusObserver observer;
    final Losses losses;

    /** Its carrier must be ready when {@link #start} is called. */
    NodesBus(String name, BusOptions options, Outbox.Carrier carrier) {
        observer = new GuardedObserver(options.observer());
        losses = new Losses(observer);
        outbox = new Outbox("http2-duplex bus " + name, batch, options.maxQueued(), carrier, losses);
    }

    void start() {
        outbox.start();
    }

    /** {@return a batch without messages} */
    byte[] emptyBatch() {
        return batch.encode(List.of());
    }

    @Override
    public void publish(String topic, ByteBuffer message) {
        published.increment();
        outbox.offer(topic, message);
        listeners.publish(topic, message);
    }

    @Override
    public void subscribe(Listener listener) {
        listeners.subscribe(listener);
    }

    /** A batch has come, perhaps of this node itself, perhaps of something that is no node. */
    void received(ByteBuffer bytes) {
        try {
            List<Batch.Message> messages = batch.decode(bytes);
            received.add(messages.size());
            messages.forEach(this::received);
        } catch (IllegalArgumentException e) { // other nodes may run another version
            warn(e);
        }
    }

    private void received(Batch.Message message) {
        try {
            listeners.publish(message.topic, message.content);
        } catch (Throwable e) { // the others of its batch may be readable
            warn(e);
        }
    }

    /** Others can cause it as often as they like. */
    private void warn(Throwable thrown) {
        LOG.log(
                warning.isDue() ? Logger.Level.WARN : Logger.Level.DEBUG,
                "Messages of another node could not be read or delivered",
                thrown);
    }

    BusStatistics statistics() {
        return new BusStatistics(published.sum(), received.sum(), losses.total(), outbox.queued());
    }

    @Override
    public void close() {
        outbox.close();
    }
}
