/** The floors of this module. */
@NullMarked
package io.http2duplex.architecture;

import org.jspecify.annotations.NullMarked;
