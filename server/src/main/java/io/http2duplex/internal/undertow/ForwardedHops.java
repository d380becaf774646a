package io.http2duplex.internal.undertow;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A parser of the headers in which proxies note where a request came from. */
final class ForwardedHops {
    /**
     * The note of one proxy.
     *
     * @param client the sender of the request, perhaps with a port, or no address at all
     * @param scheme the scheme that the client used; null if it was not noted
     * @param host the host that the client asked for; null if it was not noted
     */
    record Hop(
            String client,
            @Nullable String scheme,
            @Nullable String host) {}

    private ForwardedHops() {}

    /** {@return the notes of {@code X-Forwarded-For}, {@code -Proto} and {@code -Host}, the nearest proxy last} */
    static List<Hop> xForwarded(HeaderMap headers) {
        List<String> clients = split(headers, Headers.X_FORWARDED_FOR, ',');
        String scheme = last(split(headers, Headers.X_FORWARDED_PROTO, ','));
        String host = last(split(headers, Headers.X_FORWARDED_HOST, ','));
        return clients.stream().map(client -> new Hop(client, scheme, host)).toList();
    }

    private static @Nullable String last(List<String> values) {
        return values.isEmpty() ? null : values.get(values.size() - 1);
    }

    /** {@return the notes of {@code Forwarded} (RFC 7239), the nearest proxy last} */
    static List<Hop> forwarded(HeaderMap headers) {
        return split(headers, Headers.FORWARDED, ',').stream()
                .map(ForwardedHops::element)
                .toList();
    }

    private static Hop element(String element) {
        String client = "";
        String scheme = null;
        String host = null;
        for (String pair : split(element, ';')) {
            int equals = pair.indexOf('=');
            String value = unquoted(pair.substring(equals + 1).trim());
            switch (pair.substring(0, Math.max(equals, 0)).trim().toLowerCase(Locale.ROOT)) {
                case "for" -> client = value;
                case "proto" -> scheme = value;
                case "host" -> host = value;
                default -> {
                    // "by", and extensions
                }
            }
        }
        return new Hop(client, scheme, host);
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    private static List<String> split(HeaderMap headers, HttpString name, char separator) {
        HeaderValues values = headers.get(name);
        return values == null ? List.of() : split(String.join(String.valueOf(separator), values), separator);
    }

    /** {@return the trimmed parts} A separator in a quoted string is none. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i).trim());
                start = i + 1;
            }
        }
        parts.add(text.substring(start).trim());
        return parts;
    }
}
