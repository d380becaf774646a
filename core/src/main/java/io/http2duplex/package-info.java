/**
 * The types that an application uses, independent of the server that hosts its duplexes: {@link io.http2duplex.Duplex},
 * its callback, its request, its failures, and the options of an endpoint. Nothing is null unless it says so.
 */
@NullMarked
package io.http2duplex;

import org.jspecify.annotations.NullMarked;
