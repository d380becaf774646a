/**
 * The products: {@link io.http2duplex.server.DuplexHandler} goes into an Undertow server, and gives the application a
 * {@link io.http2duplex.Duplex} for each one that a web page opens; {@link io.http2duplex.server.DuplexServer} is a
 * ready-made server.
 */
@NullMarked
package io.http2duplex.server;

import org.jspecify.annotations.NullMarked;
