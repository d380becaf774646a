package io.http2duplex.internal.core.resumable;

/**
 * The frame ATTACH, with which a socket asks for a session ({@code docs/protocol.md}, section "WebSocket").
 *
 * @param number the number of the attempt to attach, larger than every one before
 * @param offset the download's confirmed offset
 * @param limit the download's limit
 * @param ticket the newest that the session's client has
 */
public record Attach(long number, long offset, long limit, Ticket ticket) {}
