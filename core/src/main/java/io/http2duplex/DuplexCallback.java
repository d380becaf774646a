package io.http2duplex;

/** An application's handler of duplexes. */
@FunctionalInterface
public interface DuplexCallback {
    /**
     * A web page has opened a duplex. It lives on after this method has returned, until both sides have ended.
     *
     * <p>Called on a thread of the {@linkplain DuplexOptions#executor executor}, where it may block.
     *
     * @throws Exception if the application can't go on with this duplex: it is logged, and resets this duplex alone
     */
    void onDuplex(Duplex duplex) throws Exception;
}
