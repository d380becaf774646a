package io.http2duplex.messages;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;

/**
 * A stream of messages in each direction, on a duplex. Each message goes in a frame: its length, 4 bytes big-endian, then
 * its payload ({@code docs/protocol.md}, section "Messages").
 *
 * <pre>{@code
 * try (Messages<Chat, Chat> messages = Messages.over(duplex, mapper, Chat.class, Chat.class)) {
 *     for (Chat message : messages) {
 *         messages.send(reply(message));
 *     }
 * }
 * }</pre>
 *
 * <p>Messages that arrive are read through one of two faces, as the duplex's input is: blocking, with {@link #receive} or
 * by iteration (the duplex's {@link Duplex#inputStream}); or reactive, with {@link #publisher} (its {@link Duplex#input}).
 * Asking for the other one throws {@link IllegalStateException}. All ways to send may be mixed, on any threads, and with
 * {@link Topic}s; they use {@link Duplex#put}, {@link Duplex#send} and {@link Duplex#offer}, which are one face. Messages
 * that several threads send do not mix.
 *
 * <p>A message that is too long, that the codec can't read, or that is cut by the end of the stream, resets the duplex with
 * a number of {@link MessageError}, and the reader gets a {@link DuplexException} of that number. No other duplex is
 * affected. At most one message and one chunk of bytes are held for reading.
 *
 * @param <I> the messages that arrive
 * @param <O> the messages that are sent
 */
public final class Messages<I, O> implements Iterable<I>, AutoCloseable {
    private final Duplex duplex;
    private final Codec<I> in;
    private final Codec<O> out;
    private final MessageOptions options;
    private final Memberships memberships;
    /** The face that messages are read through; null: none yet. Written under this object's lock. */
    private volatile @Nullable MessageReader<I> reader;

    private volatile @Nullable MessagePublisher<I> publisher;

    private Messages(Duplex duplex, Codec<I> in, Codec<O> out, MessageOptions options) {
        this.duplex = Objects.requireNonNull(duplex, "duplex");
        this.in = Objects.requireNonNull(in, "in");
        this.out = Objects.requireNonNull(out, "out");
        this.options = Objects.requireNonNull(options, "options");
        memberships = new Memberships(duplex, room -> room.leave(this));
    }

    /** {@return messages that Jackson reads and writes, with the default options} */
    public static <I, O> Messages<I, O> over(Duplex duplex, ObjectMapper mapper, Class<I> in, Class<O> out) {
        return over(duplex, mapper, in, out, MessageOptions.DEFAULT);
    }

    /** {@return messages that Jackson reads and writes} Many duplexes should share one mapper. */
    public static <I, O> Messages<I, O> over(
            Duplex duplex, ObjectMapper mapper, Class<I> in, Class<O> out, MessageOptions options) {
        return over(duplex, Codec.jackson(mapper, in), Codec.jackson(mapper, out), options);
    }

    /** {@return messages in a format of one's own, with the default options} */
    public static <I, O> Messages<I, O> over(Duplex duplex, Codec<I> in, Codec<O> out) {
        return over(duplex, in, out, MessageOptions.DEFAULT);
    }

    /** {@return messages in a format of one's own} */
    public static <I, O> Messages<I, O> over(Duplex duplex, Codec<I> in, Codec<O> out, MessageOptions options) {
        return new Messages<>(duplex, in, out, options);
    }

    /** {@return the duplex below, for its id, its request, its end and resets} */
    public Duplex duplex() {
        return duplex;
    }

    /** {@return the topics that it is a member of} */
    Memberships memberships() {
        return memberships;
    }

    // ---- messages that arrive

    /**
     * {@return the next message; null when the peer has ended its side} Blocks until then. Several threads may call it;
     * each message goes to one of them.
     *
     * @throws DuplexException if the duplex has failed, also because of a message ({@link MessageError})
     * @throws IOException if this was closed, or the thread interrupted
     */
    public @Nullable I receive() throws IOException {
        return reader().receive();
    }

    /**
     * {@return all messages that are still to come} It blocks as {@link #receive} does, ends when the peer has ended its
     * side, and throws {@link java.io.UncheckedIOException} where that throws. There is one iterator, which is the same
     * each time, for one thread.
     */
    @Override
    public Iterator<I> iterator() {
        return reader();
    }

    /**
     * {@return the messages that arrive, for one subscriber: one for each that it requests} A second subscriber gets an
     * {@link IllegalStateException} as its error. Cancelling drops what is still to come, and the peer is not told.
     *
     * <p>Signals come one at a time, on the executor of the duplex or on a thread that requests.
     */
    public synchronized Flow.Publisher<I> publisher() {
        MessagePublisher<I> known = publisher;
        if (known == null) {
            known = new MessagePublisher<>(duplex, incoming());
            publisher = known;
        }
        return known;
    }

    private MessageReader<I> reader() {
        MessageReader<I> known = reader;
        return known == null ? makeReader() : known;
    }

    private synchronized MessageReader<I> makeReader() {
        MessageReader<I> known = reader;
        if (known == null) {
            known = new MessageReader<>(duplex.inputStream(), incoming());
            reader = known;
        }
        return known;
    }

    private Incoming<I> incoming() {
        return new Incoming<>(duplex, in, options);
    }

    // ---- messages that are sent

    /**
     * {@return the message encoded, to be sent to many}
     *
     * @throws IllegalArgumentException if the codec can't encode it, or it is longer than {@link MessageOptions#maxLength}
     */
    public Encoded encode(O message) {
        return Encoded.of(out, message, options.maxLength());
    }

    /**
     * Sends a message. Blocks while the buffer of the duplex is full.
     *
     * @throws IllegalArgumentException as {@link #encode}; nothing was sent, and the duplex lives on
     * @throws DuplexException if the duplex has failed
     * @throws IOException if this side has ended, or the thread was interrupted; nothing was sent
     */
    public void send(O message) throws IOException {
        send(encode(message));
    }

    /** Sends a message, as {@link #send(Object)}. */
    public void send(Encoded message) throws IOException {
        duplex.put(message.within(options.maxLength()).frame());
    }

    /**
     * Sends a message without blocking.
     *
     * @return as {@link Duplex#send}: completes when a transport has taken the message; fails with a {@link
     *     DuplexException} of code {@code OVERLOADED} if the buffer of the duplex is full: then nothing was sent, and the
     *     duplex lives on
     * @throws IllegalArgumentException as {@link #encode}
     */
    public CompletionStage<Void> trySend(O message) {
        return trySend(encode(message));
    }

    /** Sends a message without blocking, as {@link #trySend(Object)}. */
    public CompletionStage<Void> trySend(Encoded message) {
        return duplex.send(message.within(options.maxLength()).frame());
    }

    /**
     * Ends this side after everything sent before; messages still arrive.
     *
     * @return as {@link Duplex#end}
     */
    public CompletionStage<Void> end() {
        return duplex.end();
    }

    /**
     * Ends this side after everything sent before, without waiting, and drops what still arrives, unless a subscriber takes
     * it; the peer is not told. To tell it that something went wrong, {@linkplain Duplex#reset reset} the duplex.
     */
    @Override
    public void close() {
        duplex.end();
        if (publisher == null) {
            try {
                reader().close();
            } catch (IllegalStateException e) {
                // The application reads the bytes itself, without messages.
            }
        }
    }
}
