package io.http2duplex;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request that opened a duplex, or one that an {@link Authorizer} is asked about. It stays valid for as long as it is
 * held, on any thread.
 */
public interface DuplexRequest {
    /**
     * {@return the first value of a header field, whatever the case of its name; null if there is none} Of {@code Cookie}
     * it is all of them: over HTTP/2 browsers send each cookie as a field of its own (RFC 9113, section 8.2.3).
     */
    @Nullable
    String header(String name);

    /** {@return all values of a header field, whatever the case of its name; empty if there are none} */
    List<String> headers(String name);

    /** {@return {@code https} or {@code http}, as the server sees it: behind a proxy what it was told to believe} */
    String scheme();

    /** {@return host and port that the page asked for} */
    String host();

    /** {@return the whole decoded path} */
    String path();

    /** {@return the query string, without its question mark; empty if there is none} */
    String queryString();

    /** {@return the first value of a query parameter; null if there is none} */
    @Nullable
    String queryParameter(String name);

    /** {@return the peer's address; behind a proxy the proxy's, unless the server was told to believe the proxy} */
    InetSocketAddress remoteAddress();

    /**
     * {@return the principal that security handlers in front of the endpoint have authenticated; null if there is none} An
     * {@link Authorizer} names no principal, but an {@link #account}.
     */
    @Nullable
    Principal principal();

    /**
     * {@return the account that owns the duplex: the one that the {@link Authorizer} has named, else the principal's name;
     * null if there is none}
     */
    @Nullable
    String account();
}
