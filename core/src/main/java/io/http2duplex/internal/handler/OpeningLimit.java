package io.http2duplex.internal.handler;

/** The limits that may refuse a new duplex, each an option of {@link io.http2duplex.DuplexOptions}. */
enum OpeningLimit {
    OPENS_PER_MINUTE("maxOpensPerMinute"),
    SESSIONS("maxSessions"),
    SESSIONS_PER_ADDRESS("maxSessionsPerAddress"),
    SESSIONS_PER_CONNECTION("maxSessionsPerConnection"),
    SESSIONS_PER_ACCOUNT("maxSessionsPerAccount");

    private final String option;

    OpeningLimit(String option) {
        this.option = option;
    }

    /** {@return the name of its option} */
    String option() {
        return option;
    }
}
