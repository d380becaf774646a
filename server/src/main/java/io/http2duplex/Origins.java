package io.http2duplex;

import io.http2duplex.protocol.HeaderNames;
import io.http2duplex.protocol.Problem;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which pages may use a handler: those of the server's own origin, and of others that are allowed. Their browsers are
 * told so (CORS, the Fetch standard, section 3.3). A request that no page has made carries no Origin, and may.
 *
 * <p>Whether a page is of the server's own origin its browser tells in {@code Sec-Fetch-Site} (Fetch Metadata), which
 * pages can't set. Where that is missing, scheme and host of the request are compared with the Origin.
 */
final class Origins {
    /** As browsers write one (RFC 6454, section 6.2); a port that is the scheme's own is left out. */
    private static final Pattern ORIGIN = Pattern.compile(
            "(?!https://.*:443$|http://.*:80$)[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\\[[0-9a-f:.]+])(:[1-9][0-9]{0,4})?");

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString ALLOW_CREDENTIALS = new HttpString("Access-Control-Allow-Credentials");
    private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");
    private static final HttpString FETCH_SITE = new HttpString("Sec-Fetch-Site");

    /** In seconds: the longest that Chromium heeds. */
    private static final int PREFLIGHT_SECONDS = 7200;

    private static final String EXPOSED = String.join(", ", HeaderNames.ID, HeaderNames.VERSION, "Retry-After");
    private static final List<String> REQUEST_HEADERS = List.of(
            "content-type",
            HeaderNames.ID,
            HeaderNames.SINGLE,
            HeaderNames.END,
            HeaderNames.DESTROYED,
            HeaderNames.VERSION,
            HeaderNames.LIMIT,
            HeaderNames.ATTACH,
            HeaderNames.OFFSET);

    private final Set<String> allowed;
    private final boolean credentials;
    private final String allowedHeaders;
    /** Of an exchange that was checked already, by another handler in front. */
    private final AttachmentKey<Boolean> checked = AttachmentKey.create(Boolean.class);

    /**
     * @param allowed other origins
     * @param headers fields that their pages send besides the protocol's
     * @param credentials whether their pages may send cookies
     */
    Origins(Set<String> allowed, Set<String> headers, boolean credentials) {
        this.allowed = Set.copyOf(allowed);
        this.credentials = credentials;
        Set<String> names = new LinkedHashSet<>(REQUEST_HEADERS);
        names.addAll(headers);
        allowedHeaders = String.join(", ", names);
    }

    /** @throws IllegalArgumentException if no browser would write that origin so */
    static String checkedOrigin(String origin) {
        if (!ORIGIN.matcher(origin).matches()) {
            throw new IllegalArgumentException("allowedOrigins takes origins as browsers write them, such as"
                    + " https://app.example.com or http://localhost:8080: in small letters, without a path, without"
                    + " the scheme's own port; not " + origin);
        }
        return origin;
    }

    /** @throws IllegalArgumentException if that is no name of a header field */
    static String checkedHeader(String name) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException("allowedHeaders takes names of header fields, not " + name);
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * Looks where a request comes from, and puts the fields of CORS into its response, whoever will write that; but not
     * again, if that is {@linkplain #remember remembered}.
     *
     * @return why the request is refused; null if it may go on
     */
    @Nullable
    Problem check(HttpServerExchange exchange) {
        if (exchange.getAttachment(checked) != null) {
            return null;
        }
        HeaderMap response = exchange.getResponseHeaders();
        response.add(Headers.VARY, "Origin");
        String site = exchange.getRequestHeaders().getFirst(FETCH_SITE);
        HeaderValues origins = exchange.getRequestHeaders().get(Headers.ORIGIN);
        if (origins == null) {
            // Links and images of other sites have no Origin either.
            return site == null || site.equals("same-origin") || site.equals("none")
                    ? null
                    : Problem.originNotAllowed();
        }
        String origin = origins.size() == 1 ? origins.getFirst() : "";
        if (allowed.contains(origin)) {
            response.put(ALLOW_ORIGIN, origin);
            response.put(EXPOSE_HEADERS, EXPOSED);
            if (credentials) {
                response.put(ALLOW_CREDENTIALS, "true");
            }
            return null;
        }
        // What the browser says is true behind any proxy; it says so of https and localhost.
        boolean own = site == null ? isOwn(origin, exchange) : site.equals("same-origin");
        return own ? null : Problem.originNotAllowed();
    }

    /** The request has been checked, and goes on to another handler that may check it again. */
    void remember(HttpServerExchange exchange) {
        exchange.putAttachment(checked, true);
    }

    private static boolean isOwn(String origin, HttpServerExchange exchange) {
        String scheme = exchange.getRequestScheme();
        String host = exchange.getHostAndPort();
        String port = "https".equalsIgnoreCase(scheme) ? ":443" : ":80";
        String shortHost = host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
        return origin.equalsIgnoreCase(scheme + "://" + shortHost);
    }

    /** {@return whether the request only asks whether another one may follow} */
    static boolean isPreflight(HttpServerExchange exchange) {
        HeaderMap request = exchange.getRequestHeaders();
        return exchange.getRequestMethod().equals(Methods.OPTIONS)
                && request.contains(Headers.ORIGIN)
                && request.contains(REQUEST_METHOD);
    }

    /** Puts what the next requests may be into the response of a preflight that {@link #check} has let go on. */
    void allow(HttpServerExchange preflight) {
        preflight
                .getResponseHeaders()
                .put(ALLOW_METHODS, "GET, POST")
                .put(ALLOW_HEADERS, allowedHeaders)
                .put(MAX_AGE, PREFLIGHT_SECONDS);
    }
}
