package io.http2duplex.internal.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.http2duplex.DuplexRequest;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The opening GET, as the client that sent it sees it: the address is the server's, unresolved, and there is no account.
 *
 * @param fields the header fields that were sent
 */
record OpeningRequest(URI uri, Map<String, String> fields) implements DuplexRequest {
    @Override
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public List<String> headers(String name) {
        return fields.entrySet().stream()
                .filter(field -> field.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public String scheme() {
        return uri.getScheme();
    }

    @Override
    public String host() {
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort(); // not the user's name
    }

    @Override
    public String path() {
        return uri.getPath();
    }

    @Override
    public String queryString() {
        return Objects.requireNonNullElse(uri.getRawQuery(), "");
    }

    @Override
    public @Nullable String queryParameter(String name) {
        for (String parameter : queryString().split("&", -1)) {
            int equals = parameter.indexOf('=');
            String known = equals < 0 ? parameter : parameter.substring(0, equals);
            if (!known.isEmpty() && URLDecoder.decode(known, UTF_8).equals(name)) {
                return equals < 0 ? "" : URLDecoder.decode(parameter.substring(equals + 1), UTF_8);
            }
        }
        return null;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        int standard = uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        return InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? standard : uri.getPort());
    }

    @Override
    public @Nullable Principal principal() {
        return null;
    }

    @Override
    public @Nullable String account() {
        return null;
    }
}
