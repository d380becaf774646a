package io.http2duplex.internal.undertow;

import io.http2duplex.DuplexRequest;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of Undertow's, which makes its parts anew for each: they stay valid. */
final class UndertowRequest implements DuplexRequest {
    private final HeaderMap headers;
    private final String scheme;
    private final String host;
    private final String path;
    private final String queryString;
    private final Map<String, Deque<String>> queryParameters;
    private final InetSocketAddress remoteAddress;
    private final @Nullable Principal principal;

    UndertowRequest(HttpServerExchange exchange) {
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
    }

    @Override
    public @Nullable String header(String name) {
        HeaderValues values = headers.get(name);
        if (values == null) {
            return null;
        }
        return values.size() > 1 && name.equalsIgnoreCase(Headers.COOKIE_STRING)
                ? String.join("; ", values)
                : values.getFirst();
    }

    @Override
    public List<String> headers(String name) {
        HeaderValues values = headers.get(name);
        return values == null ? List.of() : List.copyOf(values);
    }

    @Override
    public String scheme() {
        return scheme;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String queryString() {
        return queryString;
    }

    @Override
    public @Nullable String queryParameter(String name) {
        Deque<String> values = queryParameters.get(name);
        return values == null ? null : values.peekFirst();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public @Nullable Principal principal() {
        return principal;
    }

    @Override
    public @Nullable String account() {
        return principal == null ? null : principal.getName();
    }
}
