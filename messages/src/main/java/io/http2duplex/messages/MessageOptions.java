package io.http2duplex.messages;

import io.http2duplex.Duplex;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Options of {@link Messages}. Immutable: each setter gives new options. */
public final class MessageOptions {
    /** The defaults. */
    public static final MessageOptions DEFAULT = new MessageOptions(1024 * 1024, null);

    /** An array of the JVM has at most as many bytes, and the frame has a head. */
    private static final int LARGEST = Integer.MAX_VALUE - 16;

    private final int maxLength;
    private final @Nullable UnreadableHandler unreadable;

    private MessageOptions(int maxLength, @Nullable UnreadableHandler unreadable) {
        this.maxLength = maxLength;
        this.unreadable = unreadable;
    }

    /** A handler of messages that the codec can't read. */
    @FunctionalInterface
    public interface UnreadableHandler {
        /**
         * A message has arrived whole, and the codec has refused it. When this returns, the next message is read; what it
         * throws resets the duplex as without a handler. Called on the thread that reads.
         *
         * @param why what the codec threw
         */
        void unreadable(Duplex duplex, byte[] payload, Exception why);
    }

    /**
     * The longest message, without its head, in both directions. A longer one that is sent is refused with an {@link
     * IllegalArgumentException}; a longer one that arrives resets the duplex with {@link MessageError#TOO_LONG}, before
     * anything is allocated for it. Memory is allocated as a message arrives, not as it is announced. In bytes; default
     * 1 MiB.
     */
    public MessageOptions maxLength(int bytes) {
        if (bytes < 1 || bytes > LARGEST) {
            throw new IllegalArgumentException("maxLength is from 1 to " + LARGEST + " bytes, not " + bytes);
        }
        return new MessageOptions(bytes, unreadable);
    }

    /**
     * A handler of messages that the codec can't read. They are skipped: the messages around them are whole. Default:
     * the duplex is reset with {@link MessageError#UNREADABLE}.
     */
    public MessageOptions onUnreadable(UnreadableHandler handler) {
        return new MessageOptions(maxLength, Objects.requireNonNull(handler, "handler"));
    }

    /** {@return what {@link #maxLength(int)} was given} */
    public int maxLength() {
        return maxLength;
    }

    /** {@return what {@link #onUnreadable} was given} */
    public @Nullable UnreadableHandler unreadableHandler() {
        return unreadable;
    }
}
