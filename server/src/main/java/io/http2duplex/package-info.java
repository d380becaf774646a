/**
 * What an application uses: {@link io.http2duplex.DuplexHandler} goes into an Undertow server, and gives the
 * application a {@link io.http2duplex.Duplex} for each that a web page opens.
 *
 * <p>The floors, an import never pointing up: {@code io.http2duplex.protocol} (the session and the rules of the wire,
 * without I/O), {@code io.http2duplex.undertow} (Undertow's channels), and this package.
 */
@NullMarked
package io.http2duplex;

import org.jspecify.annotations.NullMarked;
