/** The server under attack: clients that behave badly in many ways at once, and good ones that are served all the same. */
@NullMarked
package io.http2duplex.attack;

import org.jspecify.annotations.NullMarked;
