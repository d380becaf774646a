package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A copy of a simulated request. */
interface SimulatedRequest extends DuplexRequest {
    /** {@return the header fields by name, in small letters} */
    Map<String, String> fields();

    SimulatedHost.Client client();

    @Override
    default @Nullable String header(String name) {
        return fields().get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    default List<String> headers(String name) {
        String value = header(name);
        return value == null ? List.of() : List.of(value);
    }

    @Override
    default String scheme() {
        return "https";
    }

    @Override
    default String host() {
        return "localhost";
    }

    @Override
    default String path() {
        return "/";
    }

    @Override
    default String queryString() {
        return "";
    }

    @Override
    default @Nullable String queryParameter(String name) {
        return null;
    }

    @Override
    default InetSocketAddress remoteAddress() {
        return client().address();
    }

    @Override
    default @Nullable Principal principal() {
        return null;
    }
}
