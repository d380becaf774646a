package io.http2duplex;

import java.util.concurrent.CompletionStage;

/**
 * A place where pages open duplexes, whatever hosts it: a {@code DuplexHandler} of Undertow, or a {@code DuplexServlet}. All
 * methods may be called on any thread.
 */
public interface DuplexEndpoint {
    /** {@return how many sessions live} */
    int sessions();

    /** {@return how many bytes of the {@linkplain DuplexOptions#memoryBudget memory budget} are in use} */
    long memoryUsed();

    /**
     * {@return counts of what the endpoint is doing now, and has done} It looks at one session after the other, which takes
     * some milliseconds for 10,000.
     */
    DuplexStatistics statistics();

    /**
     * Refuses new duplexes with 503, and tells those that live that the server is going to shut down: their applications
     * ({@link Duplex#draining}), and in dialect 2 their pages. They go on until they end, over new connections too.
     * Draining twice does no harm; the endpoint must be stopped behind it.
     *
     * @return completes, on the executor, when none is left
     */
    CompletionStage<Void> drain();

    /** {@return whether it refuses new duplexes: it {@linkplain #drain drains}, or was stopped} */
    boolean isDraining();

    /**
     * Ends every session and refuses new ones: both sides see the code {@code SHUT_DOWN} (in dialect 1 a page sees a
     * download that was broken off), and open POSTs are answered.
     *
     * @return completes, on the executor, when every answer has been given to the host's server, which may be stopped then
     */
    CompletionStage<Void> stop();
}
