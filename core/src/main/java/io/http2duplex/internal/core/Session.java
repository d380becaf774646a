package io.http2duplex.internal.core;

import io.http2duplex.DownloadMode;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The state behind one duplex, of any dialect ({@code docs/protocol.md}).
 *
 * <p>It lives until both directions have ended, or until the first failure resets both. Events come in as calls, in any
 * sequence that a network can cause. After each call, the caller takes the {@link Effects} and acts on them outside its
 * lock. Times are nanoseconds of one clock, such as {@link System#nanoTime}.
 */
public interface Session {
    /** {@return the effects of the calls since the last one} */
    Effects takeEffects();

    // ---- the application reads

    /** {@return the next bytes that the client wrote, owned by the caller; null if none are here} */
    @Nullable
    ByteBuffer pollInput();

    /** {@return how many bytes that the client wrote were copied into the target; 0 if none are here} */
    int readInput(ByteBuffer target);

    /** {@return how many bytes that the client wrote are here} */
    long availableInput();

    /** {@return whether the client has ended its side and every byte before that was read} */
    boolean isInputAtEnd();

    /** The application wants no more bytes: what is here and what comes is dropped, and still answered. */
    void discardInput();

    // ---- the application writes

    /** {@return how many bytes may be written within the bound} */
    int outputRoom();

    /** {@return whether the application may still write: it has not ended its side, and nothing failed} */
    boolean isOutputOpen();

    /** {@return whether everything written, and the end, has gone to the client as far as the dialect can tell} */
    boolean isOutputEnded();

    /**
     * Bytes for the client. The buffer may be held: its content must not change until {@link #takenOffset} has reached
     * the result.
     *
     * @return the offset behind these bytes
     */
    long write(ByteBuffer bytes);

    /** Bytes for the client, as {@link #write}, but copied, so that the caller may use the buffer again at once. */
    long writeCopy(ByteBuffer bytes);

    /** The application ends its side, after what it has written. */
    void end();

    /** {@return the offset up to which the transport has taken what was written} */
    long takenOffset();

    /** Asks for one {@link Effects#output} once {@link #takenOffset} has reached that offset: at once if it has. */
    void notifyOutputAt(long offset);

    /** Asks for one {@link Effects#output} once there is room again. */
    void notifyOutputRoom();

    // ---- both directions

    Dialect dialect();

    /** {@return how the bytes for the client travel} */
    default DownloadMode downloadMode() {
        return DownloadMode.STREAMING;
    }

    /** {@return how many bytes of the client have come, each counted once} */
    long receivedBytes();

    /** {@return how many bytes of the application a transport has taken, each counted once} */
    long sentBytes();

    /** {@return how many bytes of the client are held} */
    long heldInput();

    /** {@return how many bytes of the application are held} */
    long heldOutput();

    /** {@return whether this failure, the first, has reset both directions; only the first counts} */
    boolean reset(Failure failure);

    /** {@return what ended the session early; null if nothing did} */
    @Nullable
    Failure failure();

    /** {@return whether both directions have ended or were reset} */
    boolean isFinished();

    /** {@return when {@link #timeIs} must be called; empty if no time matters} */
    OptionalLong deadline();

    /** Tells the time. */
    void timeIs(long now);
}
