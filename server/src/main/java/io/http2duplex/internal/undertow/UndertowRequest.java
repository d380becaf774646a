package io.http2duplex.internal.undertow;

import io.http2duplex.DuplexRequest;
import io.undertow.security.idm.Account;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of Undertow's. Undertow makes its parts anew for each request, so they stay valid. */
record UndertowRequest(
        HeaderMap fields,
        String scheme,
        String host,
        String path,
        String queryString,
        Map<String, Deque<String>> queryParameters,
        InetSocketAddress remoteAddress,
        @Nullable Principal principal,
        @Nullable String account)
        implements DuplexRequest {
    private static final AttachmentKey<InetSocketAddress> ADDRESS = AttachmentKey.create(InetSocketAddress.class);

    /** @param account null: that of the principal, if there is one */
    static UndertowRequest of(HttpServerExchange exchange, @Nullable String account) {
        var security = exchange.getSecurityContext();
        Account authenticated = security == null ? null : security.getAuthenticatedAccount();
        Principal principal = authenticated == null ? null : authenticated.getPrincipal();
        return new UndertowRequest(
                exchange.getRequestHeaders(),
                exchange.getRequestScheme(),
                exchange.getHostAndPort(),
                exchange.getRequestPath(),
                exchange.getQueryString(),
                exchange.getQueryParameters(),
                address(exchange),
                principal,
                account != null || principal == null ? account : principal.getName());
    }

    /** {@return the client's address} One object for all requests of a connection that have the same. */
    private static InetSocketAddress address(HttpServerExchange exchange) {
        InetSocketAddress address = exchange.getSourceAddress();
        InetSocketAddress known = exchange.getConnection().getAttachment(ADDRESS);
        if (address.equals(known)) {
            return known;
        }
        exchange.getConnection().putAttachment(ADDRESS, address);
        return address;
    }

    @Override
    public @Nullable String header(String name) {
        HeaderValues values = fields.get(name);
        if (values == null) {
            return null;
        }
        return values.size() > 1 && name.equalsIgnoreCase(Headers.COOKIE_STRING)
                ? String.join("; ", values)
                : values.getFirst();
    }

    @Override
    public List<String> headers(String name) {
        HeaderValues values = fields.get(name);
        return values == null ? List.of() : List.copyOf(values);
    }

    @Override
    public @Nullable String queryParameter(String name) {
        Deque<String> values = queryParameters.get(name);
        return values == null ? null : values.peekFirst();
    }
}
