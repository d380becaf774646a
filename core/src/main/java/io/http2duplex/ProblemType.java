package io.http2duplex;

/** The kinds of refusals: all that a request can be refused for ({@code protocol.md}, section "Refusals"). */
public enum ProblemType {
    MISSING_ID(400, "missing-id", "Session id missing"),
    MALFORMED_ID(400, "malformed-id", "Session id malformed"),
    BAD_HEADERS(400, "bad-headers", "Headers malformed or contradictory"),
    BODY_CUT(400, "body-cut", "Body cut"),
    MALFORMED_FRAME(400, "malformed-frame", "Frame malformed"),
    ORIGIN_NOT_ALLOWED(403, "origin-not-allowed", "Origin not allowed"),
    NOT_AUTHORIZED(403, "not-authorized", "Not authorized"),
    OTHER_ACCOUNT(403, "other-account", "Session of another account"),
    UNKNOWN_SESSION(404, "unknown-session", "Session unknown"),
    OTHER_NODE(404, "other-node", "Session on another node"),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "Method not allowed"),
    NO_ATTACH(408, "no-attach", "No ATTACH in time"),
    BODY_TOO_SLOW(408, "body-too-slow", "Body too slow"),
    UPLOAD_ENDED(409, "upload-ended", "Upload ended"),
    STALE_ATTACH(409, "stale-attach", "Attach overtaken"),
    BAD_OFFSET(409, "bad-offset", "Offset not sent yet"),
    SESSION_OVER(410, "session-over", "Session over"),
    SESSION_RESET(410, "session-reset", "Session reset"),
    LENGTH_REQUIRED(411, "length-required", "Length required"),
    BEYOND_WINDOW(413, "beyond-window", "Beyond the window"),
    CHUNK_TOO_LARGE(413, "chunk-too-large", "Chunk too large"),
    OUT_OF_TURN(413, "out-of-turn", "Too much out of turn"),
    TOO_MANY_UPLOADS(429, "too-many-uploads", "Too many uploads at once"),
    TOO_MANY_OPENS(429, "too-many-opens", "Duplexes opened too fast"),
    TOO_MANY_SESSIONS_OF_ADDRESS(429, "too-many-sessions-of-address", "Too many sessions of one address"),
    TOO_MANY_SESSIONS_OF_CONNECTION(429, "too-many-sessions-of-connection", "Too many sessions of one connection"),
    TOO_MANY_SESSIONS_OF_ACCOUNT(429, "too-many-sessions-of-account", "Too many sessions of one account"),
    HEAD_TOO_LARGE(431, "head-too-large", "Head too large"),
    TOO_MANY_SOCKETS(503, "too-many-sockets", "Too many sockets without a session"),
    TOO_MANY_SESSIONS(503, "too-many-sessions", "Too many sessions"),
    AUTHORIZATION_FAILED(503, "authorization-failed", "Authorization failed"),
    OVERLOADED(503, "overloaded", "Server overloaded"),
    SHUT_DOWN(503, "shut-down", "Server shutting down");

    private static final String URN_PREFIX = "urn:http2-duplex:problem:";

    private final int status;
    private final String slug;
    private final String title;

    ProblemType(int status, String slug, String title) {
        this.status = status;
        this.slug = slug;
        this.title = title;
    }

    /** {@return the usual HTTP status of such refusals} */
    public int status() {
        return status;
    }

    /** {@return the last part of the URN, a word of small letters and hyphens} */
    public String slug() {
        return slug;
    }

    /** {@return the kind of problem, for a person} */
    public String title() {
        return title;
    }

    /** {@return the member {@code type} of such refusals} */
    public String urn() {
        return URN_PREFIX + slug;
    }
}
