/**
 * Undertow's part: exchanges, carriers of bodies, and what requests and I/O threads need. It implements the port {@link
 * io.http2duplex.internal.handler.Exchange}, and touches Undertow's channels.
 *
 * <p>It runs on I/O threads, which it never blocks.
 */
@NullMarked
package io.http2duplex.internal.undertow;

import org.jspecify.annotations.NullMarked;
