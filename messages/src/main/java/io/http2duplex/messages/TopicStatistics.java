package io.http2duplex.messages;

/**
 * Counts of a topic on this node, or of all its topics. Apart from the members they only grow. They are taken one after the
 * other, while publishing goes on.
 *
 * @param members how many members there are now
 * @param published how many messages were published, on any node
 * @param delivered how many messages were given to duplexes of members
 * @param dropped how many messages members have missed ({@link Slow#DROP}, {@link Slow#LATEST})
 * @param reset how many members were reset because they did not keep up ({@link Slow#RESET})
 */
public record TopicStatistics(int members, long published, long delivered, long dropped, long reset) {}
