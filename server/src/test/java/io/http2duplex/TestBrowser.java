package io.http2duplex;

import io.http2duplex.protocol.dialect1.UploadKind;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

/** The other end of one duplex. */
interface TestBrowser extends AutoCloseable {
    /** How long a test waits for what has to come, in seconds. */
    long SECONDS = 30;

    /** {@return what the application writes: reading fails with an IOException if it was broken off} */
    InputStream download();

    /** Sends a POST. {@return the status of its answer} */
    CompletableFuture<Integer> post(UploadKind kind, byte[] body);

    /** Breaks the download off. */
    void vanish();

    @Override
    void close();
}
