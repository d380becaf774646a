/** Measures this project side by side with its peers. */
@NullMarked
package io.http2duplex.benchmark;

import org.jspecify.annotations.NullMarked;
