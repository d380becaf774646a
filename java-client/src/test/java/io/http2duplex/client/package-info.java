@NullMarked
package io.http2duplex.client;

import org.jspecify.annotations.NullMarked;
