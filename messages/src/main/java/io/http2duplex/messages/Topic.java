package io.http2duplex.messages;

import java.util.Objects;

/**
 * A name under which messages are published to all members: each message is encoded once, held in memory once, and given to
 * each member's duplex. Publishing never waits for a member; {@link #whenSlow} says what happens to one that does not keep
 * up. Immutable, safe for use by many threads, and cheap to make: topics of one name share their members and counts, as long
 * as one is in use.
 *
 * @param <T> the messages
 */
public final class Topic<T> {
    private final String name;
    private final Codec<? super T> codec;
    private final Bus bus;
    private final Room room;
    private final Slow slow;
    private final int maxLength;

    Topic(String name, Codec<? super T> codec, Bus bus, Room room, Slow slow, int maxLength) {
        this.name = name;
        this.codec = codec;
        this.bus = bus;
        this.room = room;
        this.slow = slow;
        this.maxLength = maxLength;
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return this topic, with what happens to those who join through it and do not keep up} Default: {@link Slow#RESET}. */
    public Topic<T> whenSlow(Slow slow) {
        return new Topic<>(name, codec, bus, room, Objects.requireNonNull(slow, "slow"), maxLength);
    }

    /**
     * {@return this topic, with the longest message that is published through it} In bytes, without the head; default 1 MiB.
     * Members must allow as much ({@link MessageOptions#maxLength}).
     */
    public Topic<T> maxLength(int bytes) {
        return new Topic<>(
                name,
                codec,
                bus,
                room,
                slow,
                MessageOptions.DEFAULT.maxLength(bytes).maxLength());
    }

    /**
     * Makes a duplex a member, until it ends, fails or {@linkplain #leave leaves}. A member that joins again stays what it
     * is. What was published before is not sent.
     *
     * @throws IllegalStateException if the output of the duplex is used through another face
     */
    public void join(Messages<?, ? super T> messages) {
        room.join(messages, slow);
    }

    /** {@return whether there was a membership, which is ended} */
    public boolean leave(Messages<?, ? super T> messages) {
        return room.leave(messages);
    }

    /**
     * Sends a message to all members. It may come to members of other nodes later, or not at all if the {@link Bus} is
     * broken. What one thread publishes arrives in that sequence.
     *
     * @throws IllegalArgumentException if the codec can't encode it, or it is longer than {@link #maxLength}
     * @throws IllegalStateException if the bus can't take it
     */
    public void publish(T message) {
        publish(Encoded.of(codec, message, maxLength));
    }

    /** Sends a message that is already encoded, as {@link #publish(Object)}. */
    public void publish(Encoded message) {
        bus.publish(name, message.within(maxLength).frame());
    }

    /** {@return counts of the topics of this name on this node, since the name came into use} */
    public TopicStatistics statistics() {
        return room.counts.statistics();
    }
}
