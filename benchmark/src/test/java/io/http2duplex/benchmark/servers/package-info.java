@NullMarked
package io.http2duplex.benchmark.servers;

import org.jspecify.annotations.NullMarked;
