/**
 * Dialect 1 of the wire, that of the Node package {@code http2-duplex} 6.x: {@code protocol.md}, the sections up to
 * "Truncation".
 */
@NullMarked
package io.http2duplex.internal.core.plain;

import org.jspecify.annotations.NullMarked;
