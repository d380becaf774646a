package io.http2duplex;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The request that opened a duplex, or one that an {@link Authorizer} is asked about. It stays valid for as long as it is held. */
public final class DuplexRequest {
    private final HeaderMap headers;
    private final String scheme;
    private final String host;
    private final String path;
    private final String queryString;
    private final Map<String, Deque<String>> queryParameters;
    private final InetSocketAddress remoteAddress;
    private final @Nullable Principal principal;
    private final @Nullable String account;

    DuplexRequest(HttpServerExchange exchange) {
        headers = exchange.getRequestHeaders();
        scheme = exchange.getRequestScheme();
        host = exchange.getHostAndPort();
        path = exchange.getRequestPath();
        queryString = exchange.getQueryString();
        queryParameters = exchange.getQueryParameters();
        remoteAddress = exchange.getSourceAddress();
        var security = exchange.getSecurityContext();
        var authenticated = security == null ? null : security.getAuthenticatedAccount();
        principal = authenticated == null ? null : authenticated.getPrincipal();
        account = principal == null ? null : principal.getName();
    }

    private DuplexRequest(DuplexRequest same, @Nullable String account) {
        headers = same.headers;
        scheme = same.scheme;
        host = same.host;
        path = same.path;
        queryString = same.queryString;
        queryParameters = same.queryParameters;
        remoteAddress = same.remoteAddress;
        principal = same.principal;
        this.account = account;
    }

    /** {@return the same request, of that account; null: of none} */
    DuplexRequest of(@Nullable String other) {
        return Objects.equals(other, account) ? this : new DuplexRequest(this, other);
    }

    /**
     * {@return the first value of a header field, whatever the case of its name; null if there is none} Of {@code Cookie}
     * it is all of them: over HTTP/2 browsers send each cookie as a field of its own (RFC 9113, section 8.2.3).
     */
    public @Nullable String header(String name) {
        HeaderValues values = headers.get(name);
        if (values == null) {
            return null;
        }
        return values.size() > 1 && name.equalsIgnoreCase(Headers.COOKIE_STRING)
                ? String.join("; ", values)
                : values.getFirst();
    }

    /** {@return all values of a header field, whatever the case of its name; empty if there are none} */
    public List<String> headers(String name) {
        HeaderValues values = headers.get(name);
        return values == null ? List.of() : List.copyOf(values);
    }

    /** {@return {@code https} or {@code http}, as Undertow sees it: behind a proxy its ProxyPeerAddressHandler decides} */
    public String scheme() {
        return scheme;
    }

    /** {@return host and port that the page asked for} */
    public String host() {
        return host;
    }

    /** {@return the whole decoded path} */
    public String path() {
        return path;
    }

    /** {@return the query string, without its question mark; empty if there is none} */
    public String queryString() {
        return queryString;
    }

    /** {@return the first value of a query parameter; null if there is none} */
    public @Nullable String queryParameter(String name) {
        Deque<String> values = queryParameters.get(name);
        return values == null ? null : values.peekFirst();
    }

    /** {@return the peer's address; behind a proxy the proxy's, unless Undertow's ProxyPeerAddressHandler is used} */
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** {@return who opened the duplex, as Undertow's security handlers found; null if nobody was authenticated} */
    public @Nullable Principal principal() {
        return principal;
    }

    /**
     * {@return whose the duplex is: the account that the {@link Authorizer} has named, else the principal's name; null if
     * it is nobody's}
     */
    public @Nullable String account() {
        return account;
    }
}
