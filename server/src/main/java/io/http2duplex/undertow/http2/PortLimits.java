package io.http2duplex.undertow.http2;

/**
 * What clients of a port may have and do.
 *
 * @param connections on all connections
 * @param http2 on each that speaks HTTP/2
 */
public record PortLimits(ConnectionLimits connections, Http2Limits http2) {}
