package io.http2duplex.internal.listener;

/**
 * What clients of a port may have and do.
 *
 * @param connections on all connections
 * @param http2 on each that speaks HTTP/2
 */
public record ListenerLimits(ConnectionLimits connections, Http2Limits http2) {}
