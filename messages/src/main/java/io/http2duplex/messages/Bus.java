package io.http2duplex.messages;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A way to bring what is published to every node. Each message comes once or not at all: a bus may lose messages when its
 * connections break. {@link #local} is the one of a single process. Its methods may be called on any thread.
 */
public interface Bus {
    /** A receiver of what was published. */
    @FunctionalInterface
    interface Listener {
        /**
         * A message was published on some node. It never blocks. What it throws is thrown by {@link Bus#publish}, or logged
         * if another node has published; the other listeners get the message even so.
         *
         * @param message what {@link Bus#publish} was given; its content must not change any more
         */
        void published(String topic, ByteBuffer message);
    }

    /**
     * Gives a message to every listener of every node, those of this one included, each at most once. What one thread
     * publishes comes in the same sequence. It must not wait for other nodes.
     *
     * @param message one message in its frame; its position, limit and content never change
     * @throws IllegalStateException if it can't take the message, for instance because too many wait
     */
    void publish(String topic, ByteBuffer message);

    /** Adds a listener, for good. It is called by one thread at a time for what one thread has published. */
    void subscribe(Listener listener);

    /** {@return a bus within this process, which calls the listeners on the thread that publishes} */
    static Bus local() {
        List<Listener> listeners = new CopyOnWriteArrayList<>();
        return new Bus() {
            @Override
            public void publish(String topic, ByteBuffer message) {
                give(listeners.iterator(), topic, message);
            }

            @Override
            public void subscribe(Listener listener) {
                listeners.add(listener);
            }
        };
    }

    /** Gives it to all of them, even if some throw. Throws what the first of those threw. */
    private static void give(Iterator<Listener> listeners, String topic, ByteBuffer message) {
        while (listeners.hasNext()) {
            try {
                listeners.next().published(topic, message);
            } catch (Throwable e) { // in Kotlin and others also a checked exception
                try {
                    give(listeners, topic, message);
                } catch (Throwable another) {
                    if (another != e) {
                        e.addSuppressed(another);
                    }
                }
                throw e;
            }
        }
    }
}
