/** Messages, topics and buses, side by side with peers. */
@NullMarked
package io.http2duplex.benchmark.messages;

import org.jspecify.annotations.NullMarked;
