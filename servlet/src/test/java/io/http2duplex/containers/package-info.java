/** Real containers, and tests of what is their own. */
@NullMarked
package io.http2duplex.containers;

import org.jspecify.annotations.NullMarked;
