package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.Attach;
import io.http2duplex.internal.core.resumable.AttachDecoder;
import io.http2duplex.internal.core.resumable.ViolationException;
import java.nio.ByteBuffer;

/**
 * A WebSocket that has no session yet. Its host gives it what comes, and sends what it answers.
 *
 * <pre>
 *   WAITING ──ATTACH: its session carries the socket──▶ OVER
 *   WAITING ──refused, too late, too many, its client or the server goes──▶ OVER: it is closed
 * </pre>
 *
 * <p>Its methods are called by tasks of the socket.
 */
public final class UnattachedSocket {
    private final UnattachedSockets sockets;
    private final Socket socket;
    private final Object address;
    private final AttachDecoder decoder = new AttachDecoder();
    private Runnable cancelTimeout = () -> {};
    private boolean over;

    /** @param address what it counts for */
    UnattachedSocket(UnattachedSockets sockets, Socket socket, Object address) {
        this.sockets = sockets;
        this.socket = socket;
        this.address = address;
    }

    Object address() {
        return address;
    }

    /** It is counted, and must attach before that time. */
    void awaitAttach(Runnable cancelTimeout) {
        this.cancelTimeout = cancelTimeout;
    }

    /** Bytes have come. Those that are left belong to the session that carries the socket now. */
    public void received(ByteBuffer bytes) {
        if (over) {
            return;
        }
        Attach attach;
        try {
            attach = decoder.push(bytes);
        } catch (ViolationException e) {
            sockets.refused(e.problem());
            close(SocketClose.PROTOCOL_ERROR);
            return;
        }
        if (attach != null) {
            ended();
            Problem problem = sockets.attach(socket, attach);
            if (problem != null) {
                refuse(problem);
            }
        }
    }

    /** {@return the frames that must be sent, perhaps none, owned by the caller} */
    public ByteBuffer takeAnswers() {
        return decoder.takeAnswers();
    }

    /** Its client has gone, or it has attached. */
    public void ended() {
        if (!over) {
            over = true;
            cancelTimeout.run();
            sockets.remove(this);
        }
    }

    void expired() {
        if (!over) {
            refuse(Problem.noAttach());
        }
    }

    void refuse(Problem problem) {
        sockets.refused(problem);
        close(SocketClose.of(problem));
    }

    private void close(SocketClose close) {
        ended();
        socket.close(close);
    }

    /** The server goes away. May be called on any thread. */
    void leave() {
        socket.execute(() -> {
            if (!over) {
                close(SocketClose.GOING_AWAY);
            }
        });
    }
}
