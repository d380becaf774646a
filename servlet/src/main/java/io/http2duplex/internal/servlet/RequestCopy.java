package io.http2duplex.internal.servlet;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.RequestFields;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A copy of a request, which stays valid: containers use theirs again for other requests. */
record RequestCopy(
        Map<String, List<String>> values,
        String scheme,
        String host,
        String path,
        String queryString,
        InetSocketAddress remoteAddress,
        @Nullable Principal principal,
        @Nullable String account)
        implements DuplexRequest, RequestFields {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}");

    static RequestCopy of(HttpServletRequest request) {
        Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : Collections.list(request.getHeaderNames())) {
            values.put(name, List.copyOf(Collections.list(request.getHeaders(name))));
        }
        String query = request.getQueryString();
        String info = request.getPathInfo();
        Principal principal = request.getUserPrincipal();
        return new RequestCopy(
                values,
                request.getScheme(),
                host(request),
                request.getContextPath() + request.getServletPath() + (info == null ? "" : info),
                query == null ? "" : query,
                address(request.getRemoteAddr(), request.getRemotePort()),
                principal,
                principal == null ? null : principal.getName());
    }

    private static String host(HttpServletRequest request) {
        int port = request.getServerPort();
        boolean standard = port == (request.getScheme().equals("https") ? 443 : 80);
        return standard ? request.getServerName() : request.getServerName() + ":" + port;
    }

    /** {@return an address} A name, which a proxy may have given, is not looked up. */
    private static InetSocketAddress address(String address, int port) {
        try {
            if (IPV4.matcher(address).matches()) {
                return new InetSocketAddress(InetAddress.getByAddress(bytes(address)), port);
            }
            if (address.contains(":")) {
                String bare = address.startsWith("[") ? address : "[" + address + "]";
                return new InetSocketAddress(InetAddress.getByName(bare), port);
            }
        } catch (UnknownHostException e) {
            // colons, but no address
        }
        return InetSocketAddress.createUnresolved(address, port);
    }

    private static byte[] bytes(String address) {
        String[] parts = address.split("\\.", -1);
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return bytes;
    }

    /** {@return the same request, of another account; of the principal's if that is null} */
    RequestCopy ofAccount(@Nullable String other) {
        return other == null
                ? this
                : new RequestCopy(values, scheme, host, path, queryString, remoteAddress, principal, other);
    }

    @Override
    public List<String> get(String name) {
        return headers(name);
    }

    @Override
    public List<String> headers(String name) {
        return values.getOrDefault(name, List.of());
    }

    @Override
    public @Nullable String header(String name) {
        List<String> all = headers(name);
        if (all.isEmpty()) {
            return null;
        }
        return name.equalsIgnoreCase("cookie") ? String.join("; ", all) : all.get(0);
    }

    /** Not by the container, which may read the request's body for it. */
    @Override
    public @Nullable String queryParameter(String name) {
        for (String part : queryString.split("&", -1)) {
            int equals = part.indexOf('=');
            if (name.equals(decoded(equals < 0 ? part : part.substring(0, equals)))) {
                return equals < 0 ? "" : decoded(part.substring(equals + 1));
            }
        }
        return null;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) { // percent signs that encode nothing
            return text;
        }
    }
}
