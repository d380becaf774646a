/**
 * One endpoint, whatever hosts it: it tells requests apart, admits them, opens and finds sessions, and gives the bodies
 * to the carriers of the host.
 *
 * <p>A host implements {@link io.http2duplex.internal.handler.Exchange}, and calls
 * {@link io.http2duplex.internal.handler.Endpoint}.
 */
@NullMarked
package io.http2duplex.internal.handler;

import org.jspecify.annotations.NullMarked;
