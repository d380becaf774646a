package io.http2duplex.internal.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;

/**
 * The buffers of HTTP/2 connections, whose sizes are those of TLS records, so that each frame is one record, and is read
 * and written by one call of the system.
 *
 * <p>What is read has to take a record whole. Chromium fills it with one frame, the header included: 16 KiB; TLS 1.3 may
 * need a byte more. Of a smaller buffer, Undertow makes two pieces of each frame.
 *
 * <p>What is written becomes the payload of a frame. Of its records the JDK fills no more than 16,360 bytes, with the
 * AES-GCM of TLS 1.2; the frame's header is among them. With a larger buffer, each frame takes a second record of a few bytes.
 *
 * @param toRead what Undertow reads into
 * @param toWrite what everything else is done in
 */
record Http2Buffers(ByteBufferPool toRead, ByteBufferPool toWrite) {
    static final int READ_SIZE = 17 * 1024;
    static final int WRITE_SIZE = 16 * 1024 - 64;

    private static final int CACHED = 4;

    static Http2Buffers create() {
        return new Http2Buffers(
                new DefaultByteBufferPool(true, READ_SIZE, -1, CACHED),
                new DefaultByteBufferPool(true, WRITE_SIZE, -1, CACHED));
    }
}
