package io.http2duplex.benchmark.servers;

import java.nio.ByteBuffer;

/** What a peer's server does with the bytes of one client. Not for use by several threads at once. */
interface Service {
    /** Bytes have come: all of them are taken, before this returns. */
    void take(ByteBuffer bytes);

    /** {@return whether there is something to send now} */
    boolean hasNext();

    /** {@return what to send next, which must not be changed} */
    ByteBuffer next();

    /**
     * {@return a new one}
     *
     * @param path that the client has asked for
     * @param wake tells that there may be something to send although nothing has come
     */
    static Service of(String path, Runnable wake) {
        return switch (path) {
            case "/echo" -> new Echo();
            case "/transfer" -> new Transfer();
            case "/numbered" -> new Numbered(wake);
            default -> throw new IllegalArgumentException(path);
        };
    }
}
