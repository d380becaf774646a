/** Opens duplexes on a server: {@link io.http2duplex.client.DuplexClient}. */
@NullMarked
package io.http2duplex.client;

import org.jspecify.annotations.NullMarked;
