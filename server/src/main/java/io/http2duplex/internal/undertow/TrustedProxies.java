package io.http2duplex.internal.undertow;

import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A handler for requests that come through proxies: address, scheme and host of the exchange become those that the first
 * trusted proxy saw. Undertow's own handlers of these headers trust every client, and take the first address there, which
 * the client itself may have made up.
 *
 * <p>A note counts only if it comes from a trusted address: the connection's first, then, from the last note to the first,
 * the address noted before. So the client is the last one that is not trusted.
 */
public final class TrustedProxies implements HandlerWrapper {
    /** An address with a port, or an IPv6 address in brackets, perhaps with a port. */
    private static final Pattern WITH_PORT = Pattern.compile("\\[([^]]*)](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}");

    private static final Pattern HOST = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");

    private final List<AddressRange> proxies;
    private final Function<HeaderMap, List<ForwardedHops.Hop>> notes;

    private TrustedProxies(List<String> proxies, Function<HeaderMap, List<ForwardedHops.Hop>> notes) {
        this.proxies = proxies.stream().map(AddressRange::parse).toList();
        this.notes = notes;
    }

    /**
     * {@return a handler for {@code X-Forwarded-For}, {@code -Proto} and {@code -Host}}
     *
     * @param proxies their addresses, or ranges such as {@code 10.0.0.0/8}
     * @throws IllegalArgumentException if one is neither
     */
    public static TrustedProxies xForwarded(List<String> proxies) {
        return new TrustedProxies(proxies, ForwardedHops::xForwarded);
    }

    /** {@return a handler for {@code Forwarded} (RFC 7239)} See {@link #xForwarded}. */
    public static TrustedProxies forwarded(List<String> proxies) {
        return new TrustedProxies(proxies, ForwardedHops::forwarded);
    }

    @Override
    public HttpHandler wrap(HttpHandler next) {
        return exchange -> {
            resolve(exchange);
            next.handleRequest(exchange);
        };
    }

    private void resolve(HttpServerExchange exchange) {
        List<ForwardedHops.Hop> hops = notes.apply(exchange.getRequestHeaders());
        InetAddress client = exchange.getSourceAddress().getAddress();
        ForwardedHops.Hop trusted = null;
        for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
            InetAddress noted = address(hops.get(i).client());
            if (noted == null) {
                break;
            }
            trusted = hops.get(i);
            client = noted;
        }
        if (trusted != null) {
            exchange.setSourceAddress(new InetSocketAddress(client, 0));
            apply(exchange, trusted);
        }
    }

    /** {@return whether it is a proxy's address} */
    public boolean isTrusted(@Nullable InetAddress address) {
        return address != null && proxies.stream().anyMatch(range -> range.contains(address));
    }

    private static @Nullable InetAddress address(String noted) {
        Matcher withPort = WITH_PORT.matcher(noted);
        if (!withPort.matches()) {
            return AddressRange.address(noted);
        }
        return AddressRange.address(withPort.group(1) == null ? withPort.group(2) : withPort.group(1));
    }

    private static void apply(HttpServerExchange exchange, ForwardedHops.Hop hop) {
        String scheme = hop.scheme() == null ? "" : hop.scheme().toLowerCase(Locale.ROOT);
        if (scheme.equals("https") || scheme.equals("http")) {
            exchange.setRequestScheme(scheme);
        }
        if (hop.host() != null && HOST.matcher(hop.host()).matches()) {
            exchange.getRequestHeaders().put(Headers.HOST, hop.host());
        }
    }
}
