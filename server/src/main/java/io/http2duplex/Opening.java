package io.http2duplex;

import io.undertow.server.HttpServerExchange;

/**
 * A request that opens a duplex, and may.
 *
 * @param exchange of the request, nothing of which was answered yet
 * @param place of the session, which is to be left when it is over
 */
record Opening(HttpServerExchange exchange, DuplexRequest request, Admission.Place place) {}
