/**
 * The project's HTTP/2 listener, on Undertow's public API: flow control in which no upload blocks another, enforced
 * limits, detection of dead connections, and GOAWAY before a server closes.
 *
 * <p>{@link io.http2duplex.internal.listener.HttpPort} opens it. Below that, {@code StreamLedger} is the ledger of one
 * connection, without I/O, threads or a clock, and {@code Http2ServerChannel} acts on them.
 */
@NullMarked
package io.http2duplex.internal.listener;

import org.jspecify.annotations.NullMarked;
