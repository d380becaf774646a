/**
 * The server under attack, in a process of its own with a small heap: clients that behave badly in many ways at once, and
 * good ones that are served all the same. Each attack says what must show that it took place.
 */
@NullMarked
package io.http2duplex.attack;

import org.jspecify.annotations.NullMarked;
