/** What a page sees, in a browser that nothing but the page itself drives. */
@NullMarked
package io.http2duplex.benchmark.browser;

import org.jspecify.annotations.NullMarked;
