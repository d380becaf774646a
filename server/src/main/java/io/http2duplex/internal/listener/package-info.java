/**
 * The project's own HTTP/2 listener, on Undertow's public API: flow control that lets no upload hold up another, limits
 * that are enforced, dead connections that are noticed, and GOAWAY before a server goes.
 *
 * <p>{@link io.http2duplex.internal.listener.HttpPort} opens it. Below that, {@code StreamLedger} keeps the books of one
 * connection, without I/O, threads or a clock, and {@code Http2ServerChannel} acts on them.
 */
@NullMarked
package io.http2duplex.internal.listener;

import org.jspecify.annotations.NullMarked;
