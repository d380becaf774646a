package io.http2duplex.example.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.CookieImpl;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Accounts of an example: anybody may take any name. A signed cookie has it, so that every node that has the key knows it, and
 * nobody can write one. It is a handler that takes a POST with the name, and sets the cookie.
 */
final class Accounts implements HttpHandler {
    private static final int LONGEST_BODY = 200;
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N} ._-]{0,18}[\\p{L}\\p{M}\\p{N}])?");
    private static final Pattern COOKIE = Pattern.compile("(?:^|; ?)chat=([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)(?:;|$)");

    private final SecretKeySpec key;

    /** @param key that the nodes share */
    Accounts(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    static byte[] newKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** {@return the name in the field {@code Cookie} of a request; null if there is none that this signed} */
    @Nullable
    String name(@Nullable String cookies) {
        Matcher cookie = COOKIE.matcher(cookies == null ? "" : cookies);
        if (!cookie.find()) {
            return null;
        }
        try {
            byte[] name = Base64.getUrlDecoder().decode(cookie.group(1));
            byte[] signature = Base64.getUrlDecoder().decode(cookie.group(2));
            return MessageDigest.isEqual(signature, signature(name)) ? new String(name, UTF_8) : null;
        } catch (IllegalArgumentException e) { // not base64
            return null;
        }
    }

    private byte[] signature(byte[] name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (!exchange.getRequestMethod().equals(Methods.POST)) {
            exchange.setStatusCode(StatusCodes.METHOD_NOT_ALLOWED).endExchange();
            return;
        }
        exchange.setMaxEntitySize(LONGEST_BODY);
        exchange.getRequestReceiver()
                .receiveFullBytes(
                        this::signIn,
                        (failed, tooLong) ->
                                failed.setStatusCode(StatusCodes.BAD_REQUEST).endExchange());
    }

    private void signIn(HttpServerExchange exchange, byte[] body) {
        String name = new String(body, UTF_8).strip();
        if (!NAME.matcher(name).matches()) {
            exchange.setStatusCode(StatusCodes.BAD_REQUEST).endExchange();
            return;
        }
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        byte[] bytes = name.getBytes(UTF_8);
        exchange.setResponseCookie(
                new CookieImpl("chat", base64.encodeToString(bytes) + "." + base64.encodeToString(signature(bytes)))
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSecure(true)
                        .setSameSiteMode("Strict"));
        exchange.setStatusCode(StatusCodes.NO_CONTENT).endExchange();
    }
}
