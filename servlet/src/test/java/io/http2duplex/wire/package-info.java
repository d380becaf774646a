/** Wire tests of the containers, beside those of the server's module. */
@NullMarked
package io.http2duplex.wire;

import org.jspecify.annotations.NullMarked;
