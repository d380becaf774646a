/** The servers that are measured, each in a process of its own. */
@NullMarked
package io.http2duplex.benchmark.servers;

import org.jspecify.annotations.NullMarked;
