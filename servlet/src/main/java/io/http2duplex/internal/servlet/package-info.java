/**
 * The servlets' part: exchanges and carriers of bodies. It implements the port {@link
 * io.http2duplex.internal.handler.Exchange}, and touches the containers' objects.
 *
 * <p>It runs on the containers' threads and on {@link io.http2duplex.internal.servlet.CarrierThreads}.
 */
@NullMarked
package io.http2duplex.internal.servlet;

import org.jspecify.annotations.NullMarked;
