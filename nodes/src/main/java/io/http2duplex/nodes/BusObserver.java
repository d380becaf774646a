package io.http2duplex.nodes;

/**
 * An observer of a bus, for logs and alarms. Called on threads of the bus or of publishers, perhaps several at once: it
 * must not block, nor close the bus: all nodes of a group may be waiting for it. By default the log has it, at level WARN.
 */
public interface BusObserver {
    /**
     * The bus reaches others, again or for the first time, or other nodes than before.
     *
     * @param detail whom, for a person
     */
    default void connected(String detail) {}

    /**
     * The bus reaches nobody. It goes on trying. What is published meanwhile waits, up to {@link BusOptions#maxQueued}; what
     * others publish is lost for this node. Called again if more is known of why.
     *
     * @param detail what happened, for a person
     */
    default void disconnected(String detail) {}

    /**
     * Messages of this node were lost for other nodes: {@link BusStatistics#lost} has grown. Called at most once a second
     * with the number since the last call; the last ones before a quiet time may be in the statistics alone.
     *
     * @param why for a person
     */
    default void lost(long messages, String why) {}
}
