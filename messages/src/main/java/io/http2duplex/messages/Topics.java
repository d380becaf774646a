package io.http2duplex.messages;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Topics by name, on this node. Safe for use by many threads.
 *
 * <pre>{@code
 * Topics topics = Topics.local();
 * Topic<Chat> room = topics.topic("room-1", Codec.jackson(mapper, Chat.class)).whenSlow(Slow.RESET);
 * room.join(messages);
 * room.publish(message);
 * }</pre>
 *
 * <p>Topics need not be closed, and names may be as many as users like: a topic without members that nobody holds is
 * forgotten, with its counts. {@link #statistics} keeps the counts of all.
 */
public final class Topics {
    private final Bus bus;
    private final TopicCounts counts = new TopicCounts(null);
    /** Guarded by itself. */
    private final Map<String, NamedRoom> rooms = new HashMap<>();

    private final ReferenceQueue<Room> forgotten = new ReferenceQueue<>();

    private static final class NamedRoom extends WeakReference<Room> {
        final String name;

        NamedRoom(String name, Room room, ReferenceQueue<Room> forgotten) {
            super(room, forgotten);
            this.name = name;
        }
    }

    private Topics(Bus bus) {
        this.bus = bus;
    }

    /** {@return topics of this process alone} */
    public static Topics local() {
        return over(Bus.local());
    }

    /** {@return topics that other nodes share, as far as the bus reaches} */
    public static Topics over(Bus bus) {
        Topics topics = new Topics(Objects.requireNonNull(bus, "bus"));
        bus.subscribe(topics::published);
        return topics;
    }

    /** {@return the topic of that name} The codecs of one name should write the same format, on all nodes. */
    public <T> Topic<T> topic(String name, Codec<? super T> codec) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(codec, "codec");
        return new Topic<>(name, codec, bus, room(name), Slow.RESET, MessageOptions.DEFAULT.maxLength());
    }

    /** {@return counts of all topics of this node, since it has started} */
    public TopicStatistics statistics() {
        return counts.statistics();
    }

    private Room room(String name) {
        synchronized (rooms) {
            forget();
            Room room = known(name);
            if (room == null) {
                room = new Room(new TopicCounts(counts));
                rooms.put(name, new NamedRoom(name, room, forgotten));
            }
            return room;
        }
    }

    private @Nullable Room known(String name) {
        NamedRoom named = rooms.get(name);
        return named == null ? null : named.get();
    }

    private void forget() {
        for (Reference<?> gone = forgotten.poll(); gone != null; gone = forgotten.poll()) {
            if (gone instanceof NamedRoom named) {
                rooms.remove(named.name, named);
            }
        }
    }

    private void published(String topic, ByteBuffer message) {
        Room room;
        synchronized (rooms) {
            room = known(topic);
        }
        if (room != null) {
            room.publish(Encoded.ofFrame(message));
        }
    }
}
