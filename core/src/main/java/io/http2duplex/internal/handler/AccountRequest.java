package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A request in the name of the account that the authorizer has found. */
record AccountRequest(DuplexRequest request, @Nullable String account) implements DuplexRequest {
    /** {@return the same request, of that account; null: of none} */
    static DuplexRequest of(DuplexRequest request, @Nullable String account) {
        return Objects.equals(account, request.account()) ? request : new AccountRequest(request, account);
    }

    @Override
    public @Nullable String header(String name) {
        return request.header(name);
    }

    @Override
    public List<String> headers(String name) {
        return request.headers(name);
    }

    @Override
    public String scheme() {
        return request.scheme();
    }

    @Override
    public String host() {
        return request.host();
    }

    @Override
    public String path() {
        return request.path();
    }

    @Override
    public String queryString() {
        return request.queryString();
    }

    @Override
    public @Nullable String queryParameter(String name) {
        return request.queryParameter(name);
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return request.remoteAddress();
    }

    @Override
    public @Nullable Principal principal() {
        return request.principal();
    }
}
