package io.http2duplex.internal.core.resumable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A decoder of what comes on a socket that has no session yet, up to ATTACH: PING is answered, since the client probes the
 * socket; frames of unknown types are skipped; any other breaks the rules.
 */
public final class AttachDecoder {
    /** How many answers to PINGs wait at most: the newest. */
    private static final int MAX_PONGS = 16;

    private final FrameDecoder decoder = FrameDecoder.untilAttached(new Frames());
    private final ArrayDeque<Integer> pongs = new ArrayDeque<>(2);
    private @Nullable Attach attach;

    /**
     * Takes the next bytes: all of them, or those up to the end of ATTACH.
     *
     * @return ATTACH if it has come
     * @throws ViolationException if a frame is malformed, or may not come: nothing more may be pushed
     */
    public @Nullable Attach push(ByteBuffer bytes) throws ViolationException {
        while (attach == null && bytes.hasRemaining()) {
            decoder.step(bytes);
        }
        return attach;
    }

    /** {@return the frames that answer PINGs, perhaps none, owned by the caller} */
    public ByteBuffer takeAnswers() {
        FrameEncoder frames = new FrameEncoder();
        pongs.forEach(frames::pong);
        pongs.clear();
        return frames.take();
    }

    /** The receiver of the frames that may come. */
    private final class Frames implements FrameDecoder.Handler {
        @Override
        public void ping(int token) {
            if (pongs.size() == MAX_PONGS) {
                pongs.remove();
            }
            pongs.add(token);
        }

        @Override
        public void attach(Attach frame) {
            attach = frame;
        }

        @Override
        public void data(long offset, ByteBuffer bytes) {
            throw unexpected();
        }

        @Override
        public void window(long confirmed, long limit) {
            throw unexpected();
        }

        @Override
        public void pong(int token) {
            throw unexpected();
        }

        @Override
        public void end(long offset) {
            throw unexpected();
        }

        @Override
        public void reset(int number, String reason) {
            throw unexpected();
        }

        private IllegalStateException unexpected() {
            return new IllegalStateException("the decoder passes PING and ATTACH alone");
        }
    }
}
