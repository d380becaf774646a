/**
 * Dialect 2 of the wire: sessions that outlive their connections ({@code docs/protocol.md}, section "Dialect 2").
 *
 * <p>What sends and what receives knows nothing of which side it is on; {@link
 * io.http2duplex.internal.core.resumable.ResumableSession} is the server's, the package {@code client} has the client's.
 */
@NullMarked
package io.http2duplex.internal.core.resumable;

import org.jspecify.annotations.NullMarked;
