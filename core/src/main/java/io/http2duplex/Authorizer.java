package io.http2duplex;

import java.util.concurrent.CompletionStage;

/** An application's decision who may open a duplex, and whose it is ({@link DuplexOptions#authorize}). */
@FunctionalInterface
public interface Authorizer {
    /**
     * A request asks to open a duplex. If that is accepted in the name of an account, each later request of the duplex
     * is asked about too, and must be of the same account.
     *
     * <p>Called on threads of its own, which handlers that block can't use up: virtual threads on JDK 21 and newer, on
     * older ones a pool of 32, where up to 10,000 requests wait. It may block. An exception, or a stage that fails or
     * takes longer than {@link DuplexOptions#authorizeTimeout}, refuses the request with 503.
     *
     * @param request the one that opens the duplex, or a later one: those carry {@code http2-duplex-id}
     * @return completes with what was decided, on any thread
     */
    CompletionStage<Authorization> authorize(DuplexRequest request) throws Exception;
}
