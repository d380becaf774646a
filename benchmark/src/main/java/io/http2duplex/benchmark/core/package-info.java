/** The hot paths of the protocol core. */
@NullMarked
package io.http2duplex.benchmark.core;

import org.jspecify.annotations.NullMarked;
