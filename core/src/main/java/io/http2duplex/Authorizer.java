package io.http2duplex;

import java.util.concurrent.CompletionStage;

/** Decides who may open a duplex, and whose it is ({@link DuplexOptions#authorize}). */
@FunctionalInterface
public interface Authorizer {
    /**
     * A request asks to open a duplex. If that is accepted in the name of an account, each later request of the duplex
     * is asked about too, and has to be of the same account.
     *
     * <p>Called on the {@linkplain DuplexOptions#executor executor}, where it may block if a thread may. An
     * exception, or a stage that fails or takes longer than {@link DuplexOptions#authorizeTimeout}, refuses the
     * request with 503.
     *
     * @param request the one that opens the duplex, or a later one: those carry {@code http2-duplex-id}
     * @return completes with what was decided, on any thread
     */
    CompletionStage<Authorization> authorize(DuplexRequest request) throws Exception;
}
