package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A check of the origins whose pages may use an endpoint: the server's own, and others that are allowed, whose browsers
 * get the fields of CORS (the Fetch standard, section 3.3). A request that no page has made carries no Origin, and may.
 *
 * <p>The browser says in {@code Sec-Fetch-Site} (Fetch Metadata), which pages can't set, whether a page is of the server's
 * own origin. Where that field is missing, scheme and host of the request are compared with the Origin.
 */
final class Origins {
    /** In seconds: the longest that Chromium uses. */
    private static final String PREFLIGHT_SECONDS = "7200";

    private static final String EXPOSED =
            String.join(", ", HeaderNames.ID, HeaderNames.VERSION, HeaderNames.ATTACH, HeaderNames.POLL, "Retry-After");
    private static final List<String> REQUEST_HEADERS = List.of(
            "content-type",
            HeaderNames.ID,
            HeaderNames.SINGLE,
            HeaderNames.END,
            HeaderNames.DESTROYED,
            HeaderNames.VERSION,
            HeaderNames.LIMIT,
            HeaderNames.ATTACH,
            HeaderNames.OFFSET,
            HeaderNames.POLL,
            HeaderNames.OPENING,
            "incremental");

    private final Set<String> allowed;
    private final boolean credentials;
    private final String allowedHeaders;
    private final String methods;

    /**
     * @param allowed other origins
     * @param headers fields that their pages may send besides the protocol's
     * @param credentials whether their pages may send cookies
     * @param oneRequest whether they may send PUT
     */
    Origins(Set<String> allowed, Set<String> headers, boolean credentials, boolean oneRequest) {
        this.allowed = Set.copyOf(allowed);
        this.credentials = credentials;
        methods = oneRequest ? "GET, POST, PUT" : "GET, POST";
        Set<String> names = new LinkedHashSet<>(REQUEST_HEADERS);
        names.addAll(headers);
        allowedHeaders = String.join(", ", names);
    }

    /**
     * Checks the origin of a request, and sets the fields of CORS in its response, even if another handler writes that.
     * A second check of a request changes nothing.
     *
     * @return how it must be answered: it is refused, or is a preflight; null if it may go on
     */
    @Nullable
    UploadOutcome check(Exchange exchange) {
        // With it the cache of a service worker, which heeds no other field, takes no answer.
        exchange.addField("Vary", "*");
        if (!isAllowed(exchange)) {
            return UploadOutcome.refused(Problem.originNotAllowed());
        }
        if (!isPreflight(exchange)) {
            return null;
        }
        exchange.setField("Access-Control-Allow-Methods", methods);
        exchange.setField("Access-Control-Allow-Headers", allowedHeaders);
        exchange.setField("Access-Control-Max-Age", PREFLIGHT_SECONDS);
        return UploadOutcome.PROCESSED;
    }

    private boolean isAllowed(Exchange exchange) {
        List<String> sites = exchange.fields().get("Sec-Fetch-Site");
        // Of several, one is not the browser's.
        String site = sites.isEmpty() ? null : String.join(", ", sites);
        List<String> origins = exchange.fields().get("Origin");
        if (origins.isEmpty()) {
            // Links and images of other sites have no Origin either.
            return site == null || site.equals("same-origin") || site.equals("none");
        }
        String origin = origins.size() == 1 ? origins.get(0) : "";
        if (allowed.contains(origin)) {
            exchange.setField("Access-Control-Allow-Origin", origin);
            exchange.setField("Access-Control-Expose-Headers", EXPOSED);
            if (credentials) {
                exchange.setField("Access-Control-Allow-Credentials", "true");
            }
            return true;
        }
        // The browser is right behind any proxy. It sends the field to https and localhost only.
        return site == null ? isOwn(origin, exchange.request(null)) : site.equals("same-origin");
    }

    private static boolean isOwn(String origin, DuplexRequest request) {
        String scheme = request.scheme();
        String host = request.host();
        String port = "https".equalsIgnoreCase(scheme) ? ":443" : ":80";
        String shortHost = host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
        return origin.equalsIgnoreCase(scheme + "://" + shortHost);
    }

    /** {@return whether the request only asks whether another one may follow} */
    private static boolean isPreflight(Exchange exchange) {
        return exchange.method().equals("OPTIONS")
                && !exchange.fields().get("Origin").isEmpty()
                && !exchange.fields().get("Access-Control-Request-Method").isEmpty();
    }
}
