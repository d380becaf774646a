/** Opens duplexes, and carries their bytes over the requests of a transport. It decides nothing: {@code ClientSession} does. */
@NullMarked
package io.http2duplex.internal.client;

import org.jspecify.annotations.NullMarked;
