/**
 * The client's side of dialect 2 ({@code docs/protocol.md}, section "Dialect 2"): which requests must be sent, which
 * frames they carry, and what an answer means. Like the rest of the core it does no I/O.
 */
@NullMarked
package io.http2duplex.internal.core.resumable.client;

import org.jspecify.annotations.NullMarked;
