package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The pieces of an upload's body: frames, and views of the bytes of large DATA frames. */
final class UploadPieces {
    /** Fewer bytes are copied into one buffer with the frames around them. */
    private static final int SMALL = 16_384;

    final FrameEncoder frames = new FrameEncoder();
    private List<ByteBuffer> pieces = List.of();

    void data(long offset, ByteBuffer bytes) {
        frames.dataHead(offset, bytes.remaining());
        if (bytes.remaining() < SMALL) {
            frames.copy(bytes);
        } else {
            add(frames.take());
            add(bytes);
        }
    }

    private void add(ByteBuffer piece) {
        if (pieces.isEmpty()) {
            pieces = new ArrayList<>(2);
        }
        pieces.add(piece);
    }

    /** {@return all pieces up to now} */
    List<ByteBuffer> take() {
        ByteBuffer rest = frames.take();
        if (rest.hasRemaining()) {
            add(rest);
        }
        return pieces;
    }
}
