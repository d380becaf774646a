/** The example: an echo over one duplex, and the page that opens it. */
@NullMarked
package io.http2duplex.example;

import org.jspecify.annotations.NullMarked;
