/** Clients without a browser: the Java client, and programs that have a duplex of one request. */
@NullMarked
package io.http2duplex.benchmark.clients;

import org.jspecify.annotations.NullMarked;
