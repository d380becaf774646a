/**
 * The protocol core: session state, buffers with their bounds, the rules of the wire (the document {@code protocol.md}).
 *
 * <p>It does no I/O, starts no thread, reads no clock and imports the JDK and the words of the API alone: events and the
 * time come in as method calls, and what must be done comes out as {@link io.http2duplex.internal.core.Effects}. Nothing
 * here locks; the caller serializes the calls to one session.
 */
@NullMarked
package io.http2duplex.internal.core;

import org.jspecify.annotations.NullMarked;
