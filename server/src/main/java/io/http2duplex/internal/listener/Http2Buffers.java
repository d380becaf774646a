package io.http2duplex.internal.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;

/**
 * The buffer pools of HTTP/2 connections. The sizes follow TLS records, so that each frame is one record.
 *
 * <p>A read buffer holds a whole record. Chromium fills a record with one frame and its header, 16 KiB; TLS 1.3 may
 * need a byte more. With a smaller buffer, Undertow splits each frame in two.
 *
 * <p>A write buffer becomes the payload of a frame. The JDK puts at most 16,360 bytes in a record, with AES-GCM of TLS
 * 1.2 and the frame's header included. A larger buffer would cost each frame a second record of a few bytes.
 *
 * @param toRead the buffers that Undertow reads into
 * @param toWrite all other buffers
 */
record Http2Buffers(ByteBufferPool toRead, ByteBufferPool toWrite) {
    static final int READ_SIZE = 17 * 1024;
    static final int WRITE_SIZE = 16 * 1024 - 64;

    /** How many each thread keeps. */
    private static final int CACHED = 4;

    /**
     * How many read buffers all threads together keep besides, up to 4.25 MiB. A fast upload fills many at once. What is not
     * kept is freed, and memory outside the heap is set to zero when it is allocated again.
     */
    private static final int SHARED_TO_READ = 256;

    static Http2Buffers create() {
        return new Http2Buffers(
                new DefaultByteBufferPool(true, READ_SIZE, SHARED_TO_READ, CACHED),
                new DefaultByteBufferPool(true, WRITE_SIZE, -1, CACHED));
    }
}
