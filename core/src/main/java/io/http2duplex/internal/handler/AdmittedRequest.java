package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;

/**
 * A request that may open a duplex.
 *
 * @param exchange of the request, which is not answered yet
 * @param request a copy, in the name of its account
 * @param place of the session, which must be left when the session has ended
 */
record AdmittedRequest(Exchange exchange, DuplexRequest request, Admission.Place place) {}
