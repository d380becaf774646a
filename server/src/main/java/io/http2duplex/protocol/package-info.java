/**
 * The protocol core: session state, buffers with their bounds, the rules of the wire ({@code docs/protocol.md}).
 *
 * <p>The lowest floor. It does no I/O, starts no thread, reads no clock and imports the JDK alone: events and the time
 * come in as method calls, and what is to be done comes out as {@link io.http2duplex.protocol.Signals}. Nothing here
 * locks; the caller serializes the calls to one session.
 */
@NullMarked
package io.http2duplex.protocol;

import org.jspecify.annotations.NullMarked;
