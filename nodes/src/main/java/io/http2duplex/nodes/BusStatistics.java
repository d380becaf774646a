package io.http2duplex.nodes;

/**
 * What a bus has done since it was made, and does now.
 *
 * @param published messages that this node has published
 * @param received messages of other nodes that have come to this one
 * @param lost messages of those published that this node knows were not sent to others, or does not know whether they were
 * @param queued bytes that wait to be sent, as {@link BusOptions#maxQueued} counts them
 */
public record BusStatistics(long published, long received, long lost, long queued) {}
