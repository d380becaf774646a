/**
 * The words that an application uses, whatever server hosts its duplexes: {@link io.http2duplex.Duplex}, its callback,
 * its request, its failures, and the options of an endpoint.
 *
 * <p>The floors, an import never pointing up: this package; {@code internal.core} (the sessions and the rules of the
 * wire, without I/O); {@code internal.runtime} (threads and faces); {@code internal.handler} (one endpoint); then the
 * hosts, in modules of their own.
 */
@NullMarked
package io.http2duplex;

import org.jspecify.annotations.NullMarked;
