package io.http2duplex;

import io.http2duplex.undertow.HandledExchange;

/**
 * A request that opens a duplex, and may.
 *
 * @param exchange of the request, nothing of which was answered yet
 * @param place of the session, which is to be left when it is over
 */
record Opening(HandledExchange exchange, DuplexRequest request, Admission.Place place) {}
