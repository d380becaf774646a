/** Checks of option values, which every package may use. It imports the JDK alone. */
@NullMarked
package io.http2duplex.internal.options;

import org.jspecify.annotations.NullMarked;
