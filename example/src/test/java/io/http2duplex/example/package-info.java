@NullMarked
package io.http2duplex.example;

import org.jspecify.annotations.NullMarked;
