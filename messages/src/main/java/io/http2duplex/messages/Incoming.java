package io.http2duplex.messages;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Messages that arrive: bytes in, messages out, and what breaks the framing or the codec. After the first failure it fails
 * again with the same. Not for use by several threads.
 */
final class Incoming<T> {
    private final Duplex duplex;
    private final Codec<T> codec;
    private final MessageOptions options;
    private final Deframer deframer;
    /** How many messages have come. */
    private long count;

    private @Nullable DuplexException failure;

    Incoming(Duplex duplex, Codec<T> codec, MessageOptions options) {
        this.duplex = duplex;
        this.codec = codec;
        this.options = options;
        deframer = new Deframer(options.maxLength());
    }

    /** {@return the next message that can be read; null if the bytes are used up before its end} */
    @Nullable
    T next(ByteBuffer bytes) throws DuplexException {
        if (failure != null) {
            throw failure;
        }
        byte[] payload;
        while ((payload = cut(bytes)) != null) {
            count++;
            T message = decoded(payload);
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    /** The stream has ended. */
    void ended() throws DuplexException {
        if (failure != null) {
            throw failure;
        }
        if (deframer.isMidMessage()) {
            throw failed(MessageError.CUT, "The stream ended in the middle of message " + (count + 1), null);
        }
    }

    private byte @Nullable [] cut(ByteBuffer bytes) throws DuplexException {
        try {
            return deframer.next(bytes);
        } catch (Deframer.TooLongException e) {
            String reason = "Message " + (count + 1) + " has " + e.length + " bytes, and the limit is "
                    + options.maxLength() + " (maxLength)";
            throw failed(MessageError.TOO_LONG, reason, e);
        }
    }

    /** {@return the message; null if the handler of unreadable ones has taken it} */
    private @Nullable T decoded(byte[] payload) throws DuplexException {
        Exception why;
        try {
            T message = codec.decode(payload);
            if (message != null) {
                return message;
            }
            why = new IOException("null is no message");
        } catch (Throwable e) { // in Kotlin and others also a checked exception
            why = asException(e, "The codec");
        }
        MessageOptions.UnreadableHandler handler = options.unreadableHandler();
        if (handler == null) {
            throw unreadable(payload, why);
        }
        try {
            handler.unreadable(duplex, payload, why);
        } catch (Throwable e) {
            Exception failed = asException(e, "The handler of what can't be read");
            failed.addSuppressed(why);
            throw unreadable(payload, failed);
        }
        return null;
    }

    /** {@return what user code has thrown, as an exception} An error too is of this message: no other takes its place. */
    static Exception asException(Throwable thrown, String whose) {
        return thrown instanceof Exception exception
                ? exception
                : new IOException(whose + " has failed: " + thrown, thrown);
    }

    /** The peer is not told what the codec says: that may name what is inside. */
    private DuplexException unreadable(byte[] payload, Exception why) {
        String reason = "Message " + count + ", of " + payload.length + " bytes, can't be read by the receiver's codec";
        return failed(MessageError.UNREADABLE, reason, why);
    }

    private DuplexException failed(MessageError error, String reason, @Nullable Exception cause) {
        DuplexException failed = error.reset(duplex, reason, cause);
        failure = failed;
        return failed;
    }
}
