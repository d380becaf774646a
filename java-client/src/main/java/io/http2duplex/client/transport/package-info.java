/** What sends the requests of a client, and what a request that failed was answered with. */
@NullMarked
package io.http2duplex.client.transport;

import org.jspecify.annotations.NullMarked;
