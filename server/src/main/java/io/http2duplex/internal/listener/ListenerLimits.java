package io.http2duplex.internal.listener;

/**
 * The limits for clients of a port.
 *
 * @param connections for all connections
 * @param http2 for each HTTP/2 connection
 */
public record ListenerLimits(ConnectionLimits connections, Http2Limits http2) {}
