package io.http2duplex.internal.core;

import java.security.SecureRandom;
import java.util.Base64;

/** Session ids: 192 random bits in base64url, so that nobody guesses another's. */
public final class SessionId {
    /** The length of an id, in characters. */
    public static final int LENGTH = 32;

    private static final int RANDOM_BYTES = LENGTH / 4 * 3;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SessionId() {}

    /** {@return a new id} */
    public static String next() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    /** {@return whether this server could have made that id} */
    public static boolean isWellFormed(String id) {
        return id.length() == LENGTH && id.chars().allMatch(SessionId::isBase64Url);
    }

    private static boolean isBase64Url(int c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /** {@return the first characters of an id: enough to find it in a log, too few to use it} */
    public static String abbreviated(String id) {
        return id.substring(0, Math.min(8, id.length()));
    }
}
