package io.http2duplex.internal.client;

import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.core.resumable.MemoryShare;
import io.http2duplex.internal.core.resumable.client.ClientLimits;
import io.http2duplex.internal.runtime.DuplexContext;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The context that all duplexes of a client share.
 *
 * @param headers the application's own header fields, read anew for each request
 * @param openNanos how long an opening may take
 */
public record ClientContext(
        Transport transport,
        Supplier<Map<String, String>> headers,
        DuplexContext duplexes,
        ClientLimits limits,
        MemoryShare budget,
        long openNanos) {}
