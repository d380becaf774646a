package io.http2duplex.internal.handler;

import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;

/**
 * A port to a WebSocket of the host, as {@link Exchange} is to a request. Its bytes go to an {@link UnattachedSocket} until
 * a session carries it. Messages are binary, and their boundaries mean nothing.
 *
 * <p>Except where it says otherwise, methods are called by one task at a time, which {@link #execute} runs or the host
 * itself. None blocks.
 */
public interface Socket {
    /** Runs a task later, never on the caller's stack, one task of the socket at a time. May be called on any thread. */
    void execute(Runnable task);

    /** {@return has the socket look again what there is to send; may be run on any thread, at any time} */
    Runnable waker();

    /** Carries a session: pushes what comes into the sink, and sends what it pulls from the source. Called once at most. */
    void carry(GuardedUpload sink, GuardedDownload source);

    /** Sends a close frame, and takes nothing more. Once more does nothing. */
    void close(SocketClose close);
}
