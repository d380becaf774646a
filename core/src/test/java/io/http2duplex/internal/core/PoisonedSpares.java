package io.http2duplex.internal.core;

import java.nio.ByteBuffer;

/** Spoils the bytes of each buffer that may be used again, so that it shows if somebody still needs them. */
public final class PoisonedSpares extends SpareBuffers {
    private static final byte POISON = (byte) 0xDD;

    private boolean closed;

    /** @param smallest buffers of fewer bytes are not kept */
    public PoisonedSpares(int smallest) {
        super(smallest);
    }

    @Override
    public void give(ByteBuffer used) {
        super.give(used);
        if (!closed) {
            for (int i = used.clear().limit() - 1; i >= 0; i--) {
                used.put(i, POISON);
            }
            used.limit(0);
        }
    }

    @Override
    public void close() {
        closed = true;
        super.close();
    }
}
