package io.http2duplex.internal.listener;

import io.undertow.UndertowOptions;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A check of the heads of HTTP/2 requests (RFC 9113, sections 8.2 and 8.3). For some heads that fail it, Undertow's
 * receive listener would close the connection with all its streams, and may log a stack trace. Others it would hand to
 * the application, with line feeds in them, or with the length of a body that never comes: a proxy that forwards them in
 * HTTP/1.1 would let a client hide a second request.
 */
final class RequestCheck {
    /** The fields that are about a connection of HTTP/1.1. */
    private static final List<HttpString> OF_CONNECTION = List.of(
            Headers.CONNECTION,
            Headers.TRANSFER_ENCODING,
            Headers.UPGRADE,
            new HttpString("Keep-Alive"),
            new HttpString("Proxy-Connection"));

    private RequestCheck() {}

    /** @param ended whether the request has no body */
    static boolean isWellFormed(HeaderMap head, boolean ended) {
        return head.count(Http2Channel.METHOD) == 1
                && isToken(head.getFirst(Http2Channel.METHOD))
                && head.count(Http2Channel.SCHEME) == 1
                && isScheme(head.getFirst(Http2Channel.SCHEME))
                && head.count(Http2Channel.PATH) == 1
                && isTarget(head.getFirst(Http2Channel.PATH))
                && head.count(Http2Channel.AUTHORITY) <= 1
                && isVisible(head.getFirst(Http2Channel.AUTHORITY))
                && hasOneHost(head)
                && head.count(Headers.CONTENT_LENGTH) <= 1
                && isLength(head.getFirst(Headers.CONTENT_LENGTH), ended)
                && OF_CONNECTION.stream().noneMatch(head::contains)
                && areFields(head);
    }

    /** {@return whether it names a host, and no other beside it (RFC 9113, section 8.3.1)} */
    private static boolean hasOneHost(HeaderMap head) {
        String host = head.getFirst(Headers.HOST);
        String authority = head.contains(Http2Channel.AUTHORITY) ? head.getFirst(Http2Channel.AUTHORITY) : host;
        return head.count(Headers.HOST) <= 1
                && authority != null
                && !authority.isEmpty()
                && (host == null || host.equalsIgnoreCase(authority));
    }

    private static boolean areFields(HeaderMap head) {
        for (HeaderValues values : head) {
            String name = values.getHeaderName().toString();
            if (!isToken(name.startsWith(":") ? name.substring(1) : name)) {
                return false;
            }
            for (String value : values) {
                if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0 || value.indexOf(0) >= 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isToken(@Nullable String text) {
        return text != null && !text.isEmpty() && text.chars().allMatch(RequestCheck::isToken);
    }

    /** {@return whether it may stand in a method or in the name of a field (RFC 9110, section 5.6.2)} */
    static boolean isToken(int c) {
        return c > ' ' && c < 127 && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }

    private static boolean isScheme(@Nullable String scheme) {
        return "https".equals(scheme) || "http".equals(scheme);
    }

    private static boolean isLength(@Nullable String length, boolean ended) {
        return isNumber(length) && (length == null || !ended || length.chars().allMatch(c -> c == '0'));
    }

    private static boolean isVisible(@Nullable String text) {
        return text == null || text.chars().allMatch(c -> c > ' ' && c < 127);
    }

    static boolean isNumber(@Nullable String text) {
        return text == null || (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9'));
    }

    private static boolean isTarget(String path) {
        if (!(path.startsWith("/") || path.equals("*")) || !isVisible(path)) {
            return false;
        }
        int parameters = 1;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' && !(isHex(path, i + 1) && isHex(path, i + 2))) {
                return false;
            }
            if (c == '&' || c == ';') {
                parameters++;
            }
        }
        return parameters <= UndertowOptions.DEFAULT_MAX_PARAMETERS;
    }

    private static boolean isHex(String text, int index) {
        return index < text.length() && Character.digit(text.charAt(index), 16) >= 0;
    }
}
