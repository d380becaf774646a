/**
 * Several nodes that serve the same path: {@link io.http2duplex.nodes.ForwardingHandler} brings requests to the node that
 * has the session, {@link io.http2duplex.nodes.JGroupsBus} and {@link io.http2duplex.nodes.RedisBus} bring what is published
 * under a topic to all of them.
 */
@NullMarked
package io.http2duplex.nodes;

import org.jspecify.annotations.NullMarked;
