package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.internal.core.resumable.FrameDecoder;

/** The body of an answered GET. */
public final class ClientDownload {
    private final FrameDecoder decoder;
    private int frames;

    ClientDownload(FrameDecoder.Handler handler) {
        decoder = new FrameDecoder(handler);
    }

    FrameDecoder decoder() {
        return decoder;
    }

    /** {@return how many frames, or pieces of DATA, there have been with this one} */
    int countFrame() {
        if (frames < Integer.MAX_VALUE) {
            frames++;
        }
        return frames;
    }
}
