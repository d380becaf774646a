package io.http2duplex.benchmark.many;

/** How duplexes are used. */
enum LoadMode {
    /** Dialect 1, a POST for each echo. */
    DIALECT_1_POST,
    /** Dialect 1, one streaming POST a duplex. */
    DIALECT_1_STREAMING,
    /** Dialect 2, a POST for each echo. */
    DIALECT_2_POST,
    /** Dialect 2, one streaming POST a duplex. */
    DIALECT_2_STREAMING;

    static LoadMode of(int dialect, boolean streams) {
        if (dialect == 1) {
            return streams ? DIALECT_1_STREAMING : DIALECT_1_POST;
        }
        return streams ? DIALECT_2_STREAMING : DIALECT_2_POST;
    }

    /** {@return whether it is dialect 2} */
    boolean resumes() {
        return this == DIALECT_2_POST || this == DIALECT_2_STREAMING;
    }

    boolean streams() {
        return this == DIALECT_1_STREAMING || this == DIALECT_2_STREAMING;
    }
}
