/** The server, driven over real connections by clients that decide about every frame. */
@NullMarked
package io.http2duplex.wire;

import org.jspecify.annotations.NullMarked;
