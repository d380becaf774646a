@NullMarked
package io.http2duplex.benchmark.browser;

import org.jspecify.annotations.NullMarked;
