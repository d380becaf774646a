package io.http2duplex;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * A full-duplex byte stream between the application and a web page. Java applications that are clients have the same
 * ({@code DuplexClient}): there, what is said here of the page holds for the server.
 *
 * <p>It has three faces: a {@link Flow} publisher and subscriber, blocking streams, and a blocking channel. Each
 * direction is used through one of them ({@link #send}, {@link #offer} and {@link #put} are one face of the output);
 * asking for a second one throws {@link IllegalStateException}. All carry backpressure: an application that does not read
 * stops the page's writes, and a page that does not read stops the application's.
 *
 * <p>In dialect 2 it outlives its connections: when one is lost, the application sees no more than that bytes are late,
 * for as long as the page may take to resume ({@link DuplexOptions#resumeTimeout}).
 *
 * <p>Each side ends its direction on its own ({@link #end}); the duplex has ended when both have. A failure resets both
 * directions at once, and every face shows it as a {@link DuplexException}. Chunk boundaries carry no meaning.
 *
 * <p>All methods may be called on any thread. The blocking faces must not be used on an I/O thread of the server
 * ({@link IllegalStateException}).
 */
public interface Duplex {
    /** {@return the session id: a secret between the page and the server, not to be logged whole} */
    String id();

    /** {@return how the bytes for the page travel, which may change at any time} */
    default DownloadMode downloadMode() {
        return DownloadMode.STREAMING;
    }

    /** {@return the request that opened the duplex} */
    DuplexRequest request();

    /**
     * {@return what the page writes, for one subscriber} A second subscriber gets an {@link IllegalStateException} as
     * its error. The buffers are the subscriber's, so each is memory of its own; cancelling drops what is still to come,
     * and the page is not told.
     *
     * <p>Signals come on the {@linkplain DuplexOptions#executor executor}, one at a time.
     */
    Flow.Publisher<ByteBuffer> input();

    /**
     * {@return what takes bytes for the page} Buffers are not copied: their content must not change once they were
     * passed on. Completion ends the application's side; an error resets the duplex.
     */
    Flow.Subscriber<ByteBuffer> output();

    /**
     * {@return what the page writes, as a blocking stream} Reads throw {@link DuplexException} when the duplex failed.
     * They copy into the caller's memory; what held the bytes is used for the next. Closing it drops what is still to
     * come, and the page is not told.
     */
    InputStream inputStream();

    /**
     * {@return what takes bytes for the page, as a blocking stream} Every write is sent at once, so that
     * {@code flush()} has nothing to do; closing ends the application's side without waiting.
     */
    OutputStream outputStream();

    /** {@return both directions as one blocking channel} Closing it does what closing both streams does. */
    ByteChannel channel();

    /**
     * Sends without blocking: made for sending the same to many. The buffer's position and limit stay as they
     * are, so it can be shared; its content must not change until the stage completes.
     *
     * <p>Wait for the stage, or drop the message if it failed. A send is taken as long as the buffer of the duplex
     * ({@link DuplexOptions#downloadBufferSize}) is not full; otherwise the stage fails with a {@link
     * DuplexException} of code {@code OVERLOADED}, nothing of it is sent, and the duplex lives on.
     *
     * @return completes, on the executor, when a transport has taken the bytes; in dialect 2 they may have to be sent
     *     again, which needs nothing of the application
     */
    CompletionStage<Void> send(ByteBuffer bytes);

    /**
     * Sends without blocking, as {@link #send}, but without a stage: the cheapest way to send the same to many. The
     * buffer's position and limit stay as they are; its content must not change any more.
     *
     * @return whether it was taken; false: the buffer of the duplex is full, and nothing was sent ({@link #writable})
     * @throws IOException if the duplex has failed ({@link DuplexException}), or the application has ended its side
     */
    boolean offer(ByteBuffer bytes) throws IOException;

    /**
     * Sends as {@link #offer}, once the buffer of the duplex is not full. Blocks until then. The buffer goes as one
     * piece: what several threads send does not mix.
     *
     * @throws IOException if the duplex has failed ({@link DuplexException}), or the application has ended its side
     */
    void put(ByteBuffer bytes) throws IOException;

    /**
     * {@return completes, on the executor, when the buffer of the duplex is not full, so that {@link #offer} may be
     * tried again; exceptionally as {@code offer} would throw} At once if it is not full.
     */
    CompletionStage<Void> writable();

    /**
     * Ends the application's side, after everything written before. The page can still write. Ending twice does no harm.
     *
     * @return completes, on the executor, when the transport has taken everything and the end; in dialect 2 when the
     *     page has confirmed it
     */
    CompletionStage<Void> end();

    /** Resets both directions at once, with the code {@code CANCELLED}. Does nothing if the duplex has ended. */
    void reset();

    /**
     * Resets both directions at once, with an application's own number. Does nothing if the duplex has ended.
     *
     * @param number from 256 to 65535
     * @param reason a short text, which the page may be told
     * @throws IllegalArgumentException if the number is out of that range
     */
    void reset(int number, String reason);

    /**
     * {@return completes, on the executor, when the server is going to shut down} Then the application should end the
     * duplex, as its own protocol has it: a duplex that is still there when the server's time has passed is reset
     * with the code {@code SHUT_DOWN}. Until then it works as before.
     *
     * @see DuplexEndpoint#drain
     */
    CompletionStage<Void> draining();

    /**
     * {@return how the duplex ended} It completes, on the executor, when both sides have ended; exceptionally with a
     * {@link DuplexException} when it failed.
     */
    CompletionStage<Void> closed();
}
