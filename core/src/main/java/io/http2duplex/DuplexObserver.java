package io.http2duplex;

import org.jspecify.annotations.Nullable;

/**
 * An observer of the lives of a handler's duplexes: for logs, figures, or showing who is here
 * ({@link DuplexOptions#observer}).
 *
 * <p>The calls about one duplex come one after the other, in the order of what they tell, on the
 * {@linkplain DuplexOptions#executor executor}; {@link #opened} is the first and {@link #ended} the last. They
 * come a little after the fact: the duplex may have gone on meanwhile. An observer that is 64 calls behind about a duplex
 * misses what comes between those two. What it throws is logged, at a limited rate, and does no harm.
 */
public interface DuplexObserver {
    /**
     * Why a duplex was detached.
     *
     * @param reason what happened, for a person
     * @param cause the exception behind it; null if there was none
     */
    record Detachment(String reason, @Nullable Throwable cause) {}

    /** A page has opened a duplex. */
    default void opened(Duplex duplex) {}

    /**
     * A download has come to the duplex: its first one, or one in the place of another that was still there. Polls that
     * follow each other are one download. Only of a duplex of dialect 2 is anything told between its opening and its end.
     *
     * @param mode how it travels
     */
    default void attached(Duplex duplex, DownloadMode mode) {}

    /** The duplex has lost its download, and waits for another: at most {@link DuplexOptions#resumeTimeout}. */
    default void detached(Duplex duplex, Detachment why) {}

    /**
     * A download has come to a duplex that was detached.
     *
     * @param mode how it travels
     */
    default void resumed(Duplex duplex, DownloadMode mode) {}

    /**
     * The duplex has ended.
     *
     * @param failure what ended it early; null if both sides have ended cleanly
     */
    default void ended(Duplex duplex, @Nullable DuplexException failure) {}
}
