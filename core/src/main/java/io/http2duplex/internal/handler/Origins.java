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
 * The pages that may use a handler: those of the server's own origin, and of others that are allowed. Their browsers are
 * told so (CORS, the Fetch standard, section 3.3). A request that no page has made carries no Origin, and may.
 *
 * <p>A page's browser says in {@code Sec-Fetch-Site} (Fetch Metadata), which pages can't set, whether the page is of the
 * server's own origin. Where that is missing, scheme and host of the request are compared with the Origin.
 */
final class Origins {
    /** In seconds: the longest that Chromium heeds. */
    private static final String PREFLIGHT_SECONDS = "7200";

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

    /**
     * Looks where a request comes from, and puts the fields of CORS into its response, whoever will write that. To check
     * a request again changes nothing.
     *
     * @return how it must be answered: it is refused, or is a preflight; null if it may go on
     */
    @Nullable
    UploadOutcome check(Exchange exchange) {
        exchange.addField("Vary", "Origin");
        if (!isAllowed(exchange)) {
            return UploadOutcome.refused(Problem.originNotAllowed());
        }
        if (!isPreflight(exchange)) {
            return null;
        }
        exchange.setField("Access-Control-Allow-Methods", "GET, POST");
        exchange.setField("Access-Control-Allow-Headers", allowedHeaders);
        exchange.setField("Access-Control-Max-Age", PREFLIGHT_SECONDS);
        return UploadOutcome.PROCESSED;
    }

    private boolean isAllowed(Exchange exchange) {
        List<String> sites = exchange.fields().get("Sec-Fetch-Site");
        String site = sites.isEmpty() ? null : sites.get(0);
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
        // What the browser says is true behind any proxy; it says so of https and localhost.
        return site == null ? isOwn(origin, exchange.request()) : site.equals("same-origin");
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
