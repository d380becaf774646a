package io.http2duplex;

/** The limits that may refuse a new duplex, each an option of {@link DuplexHandler.Builder}. */
enum Limit {
    OPENS_PER_MINUTE("maxOpensPerMinute", 1_000),
    SESSIONS("maxSessions", 10_000),
    SESSIONS_PER_ADDRESS("maxSessionsPerAddress", 1_000),
    SESSIONS_PER_CONNECTION("maxSessionsPerConnection", 100),
    SESSIONS_PER_ACCOUNT("maxSessionsPerAccount", 100);

    private final String option;
    private final int standard;

    Limit(String option, int standard) {
        this.option = option;
        this.standard = standard;
    }

    /** {@return the name of its option} */
    String option() {
        return option;
    }

    /** {@return its value unless another one is chosen} */
    int standard() {
        return standard;
    }
}
