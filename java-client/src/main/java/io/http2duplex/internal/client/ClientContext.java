package io.http2duplex.internal.client;

import io.http2duplex.DownloadMode;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.resumable.client.ClientLimits;
import io.http2duplex.internal.runtime.DuplexContext;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The context that all duplexes of a client share.
 *
 * @param headers the application's own header fields, read anew for each request
 * @param openNanos how long an opening may take
 * @param ways those down that have worked
 */
public record ClientContext(
        Transport transport,
        Supplier<Map<String, String>> headers,
        DuplexContext duplexes,
        ClientLimits limits,
        MemoryShare budget,
        long openNanos,
        Ways ways) {
    /** {@return the ways down that an opening tries, in sequence: it begins with one that is remembered} */
    List<DownloadMode> waysTo(URI uri) {
        List<DownloadMode> all = limits.downloadModes();
        DownloadMode remembered = ways.to(uri);
        int first = remembered == null ? 0 : Math.max(0, all.indexOf(remembered));
        return all.subList(first, all.size());
    }
}
