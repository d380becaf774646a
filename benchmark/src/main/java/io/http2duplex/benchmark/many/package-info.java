/** Many duplexes, by a load generator without a browser. */
@NullMarked
package io.http2duplex.benchmark.many;

import org.jspecify.annotations.NullMarked;
