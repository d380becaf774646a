package io.http2duplex.internal.runtime;

/** Exceptions that no signature tells of, as code in Kotlin may throw. */
public final class Hidden {
    private Hidden() {}

    /** Throws any. */
    public static void raise(Throwable thrown) {
        Hidden.<RuntimeException>unchecked(thrown);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
