package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A port to the host of an endpoint: one request with its response. A host implements it, and the endpoint calls it.
 * The request body and the response body are halves, of which an exchange may carry one or both.
 *
 * <p>The endpoint assumes none of the following, since containers differ in it: a thread that stays the same; a write
 * that is accepted in part (what {@link GuardedDownload#taken} reports was accepted, and the carrier copies it if the
 * container may hold the array); a loss that is reported at all, or only once; a response that looks broken off because
 * it was; an answer that ends the request; an exchange that outlives its session, or the other way round.
 *
 * <p>Except where it says otherwise, methods are called by one task at a time: by the one that gave the exchange to
 * {@link Endpoint#handle}, or by one that {@link #execute} runs. None blocks.
 */
public interface Exchange {
    /** {@return the method of the request, in capitals} */
    String method();

    /** {@return the header fields of the request} */
    RequestFields fields();

    /** {@return the length of the request's body in bytes; 0 if there is none; -1 if it is not announced} */
    long requestLength();

    /**
     * {@return a copy of the request, which stays valid when the exchange has ended}
     *
     * @param account the account of the request; null: that of its principal, if there is one
     */
    DuplexRequest request(@Nullable String account);

    /** {@return an object that stands for the connection when sessions are counted} It must not hold much memory. */
    Object connectionKey();

    /** {@return why this exchange can't carry a download; null if it can} */
    @Nullable
    Problem noDownload();

    /** The room that a connection has for more requests at once. */
    enum Room {
        ENOUGH,
        /** For requests that end soon. */
        LITTLE,
        /** For the requests of the sessions that there are. */
        NONE
    }

    /** {@return how much room is left on the connection beside this exchange} */
    default Room room() {
        return Room.ENOUGH;
    }

    /** {@return why the body of this exchange must not stream, and have its length announced; null if it may} */
    default @Nullable Problem noStreaming() {
        return room() == Room.ENOUGH ? null : Problem.lengthRequired();
    }

    /**
     * {@return whether a body whose length is not announced, and that was cut, looks different from one that has ended} In
     * dialect 1 nothing else tells it.
     */
    default boolean tellsCutFromEnd() {
        return true;
    }

    /**
     * Runs a task later, never on the caller's stack, one task of the exchange at a time; even when the exchange has
     * ended, or its server has stopped. May be called on any thread.
     */
    void execute(Runnable task);

    /** {@return whether the exchange has ended, so that nothing would reach its client} */
    boolean isGone();

    /** Sets a header field of the response, which is not begun yet. */
    void setField(String name, String value);

    /** Adds a value to a header field of the response, unless it is there. */
    void addField(String name, String value);

    /** Answers: sends the response, then drops the rest of the request, within bounds. */
    void answer(UploadOutcome outcome);

    /**
     * Ends the exchange at once, since handling it has failed: with an error if the response has not begun, else by
     * breaking it off. It throws nothing, and the carriers of its halves do not act any more.
     *
     * @param cause what was thrown
     */
    void abort(Throwable cause);

    /**
     * Begins the response, and carries a download in it: pulls from the source, and looks at it again whenever it is
     * woken.
     */
    void download(GuardedDownload source, DownloadHead head);

    /**
     * Carries the body of the request as an upload: pushes into the sink as long as that has room, and reads on when it is
     * woken.
     *
     * @param streaming whether the body may take as long as its duplex lives; otherwise it must make progress
     * @param decided accepts, once, how to answer; then the rest of the body is dropped
     */
    void upload(GuardedUpload sink, boolean streaming, Consumer<UploadOutcome> decided);

    /**
     * Begins the response, and carries both halves: a download, and the body of the request as an upload that may take as
     * long as its duplex lives. What the sink decides is not answered. Once both have ended, the rest of the request's
     * body is dropped; where the protocol allows it, the client is told that nobody wants it. Only hosts that allow {@code
     * oneRequest} must carry both.
     */
    default void both(GuardedDownload source, DownloadHead head, GuardedUpload sink) {
        throw new UnsupportedOperationException("This host carries no duplexes of one request");
    }

    /** {@return whether the request asks for a WebSocket of dialect 2, and the host can make one of its connection} */
    default boolean asksForSocket() {
        return false;
    }

    /**
     * Answers with 101: the connection is a WebSocket from then on.
     *
     * @param opened accepts the socket, called by a task of it, and gives what its bytes go to
     */
    default void upgrade(Function<Socket, UnattachedSocket> opened) {
        throw new UnsupportedOperationException("This host has no WebSockets");
    }

    /** {@return has the carriers of both halves look again; may be run on any thread, at any time; never carries itself} */
    Runnable waker();
}
