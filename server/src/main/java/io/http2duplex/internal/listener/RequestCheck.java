package io.http2duplex.internal.listener;

import io.undertow.UndertowOptions;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A check of the heads of HTTP/2 requests. For heads that fail it, Undertow's receive listener would close the
 * connection with all its streams, and may log a stack trace.
 */
final class RequestCheck {
    private RequestCheck() {}

    static boolean isWellFormed(HeaderMap head) {
        return head.count(Http2Channel.METHOD) == 1
                && head.count(Http2Channel.SCHEME) == 1
                && head.count(Http2Channel.PATH) == 1
                && isTarget(head.getFirst(Http2Channel.PATH))
                && head.count(Http2Channel.AUTHORITY) <= 1
                && isVisible(head.getFirst(Http2Channel.AUTHORITY))
                && head.count(Headers.CONTENT_LENGTH) <= 1
                && isNumber(head.getFirst(Headers.CONTENT_LENGTH));
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
