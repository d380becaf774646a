package io.http2duplex.internal.core;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Session ids: 192 random bits in base64url, so that nobody guesses another's. If the node has a route, a dot and the route
 * follow, so that others know where the session lives.
 */
public final class SessionId {
    /** The length of an id without a route, in characters. */
    public static final int LENGTH = 32;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{" + LENGTH + "}(\\.[A-Za-z0-9_-]{1,32})?");

    private static final int RANDOM_BYTES = LENGTH / 4 * 3;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SessionId() {}

    /**
     * {@return a new id}
     *
     * @param route the node's; empty if it has none
     */
    public static String next(String route) {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        String random = Base64.getUrlEncoder().encodeToString(bytes);
        return route.isEmpty() ? random : random + "." + route;
    }

    /** {@return whether this server, or another node, could have made that id} */
    public static boolean isWellFormed(String id) {
        return ID.matcher(id).matches();
    }

    /** {@return the route of a well-formed id; empty if it has none} */
    public static String route(String id) {
        return id.length() > LENGTH ? id.substring(LENGTH + 1) : "";
    }

    /** {@return the first characters of an id: enough to find it in a log, too few to use it} */
    public static String abbreviated(String id) {
        return id.substring(0, Math.min(8, id.length()));
    }
}
