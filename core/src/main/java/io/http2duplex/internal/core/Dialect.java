package io.http2duplex.internal.core;

/** The ways in which a duplex is carried ({@code docs/protocol.md}). */
public enum Dialect {
    /** A GET and POSTs, without frames. */
    DIALECT_1("of dialect 1"),
    /** Frames, which survive lost connections. */
    DIALECT_2("of dialect 2"),
    /** Both bodies of one request. */
    ONE_REQUEST("of one request");

    private final String description;

    Dialect(String description) {
        this.description = description;
    }

    @Override
    public String toString() {
        return description;
    }
}
