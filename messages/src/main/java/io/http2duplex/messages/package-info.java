/**
 * Messages on a duplex, and topics that send the same message to many: {@link io.http2duplex.messages.Messages},
 * {@link io.http2duplex.messages.Topics}.
 *
 * <p>It knows the API of a duplex ({@code io.http2duplex}) and Jackson, and nothing of what carries the bytes.
 */
@NullMarked
package io.http2duplex.messages;

import org.jspecify.annotations.NullMarked;
