package io.http2duplex.protocol.dialect2;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.Session;
import io.http2duplex.protocol.SignalBoard;
import io.http2duplex.protocol.Signals;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session of dialect 2 ({@code PROTOCOL.md}): it outlives its connections.
 *
 * <p>A carrier of a download shows the {@link Attachment} that {@link #attach} gave it with every call; calls with one
 * that another has taken the place of do no harm.
 */
@SuppressWarnings("DoNotCallSuggester") // signatures first
public final class ResumableSession implements Session {
    private final SignalBoard board = new SignalBoard();

    /**
     * A session that waits for its first download: {@link #attach} with number 0 follows at once.
     *
     * @param budget what windows and buffers beyond their beginning sizes come out of, shared with other sessions
     */
    public ResumableSession(Limits limits, MemoryBudget budget, long now) {
        throw new UnsupportedOperationException("to come");
    }

    // ---- downloads: what the carrier of a response body tells and asks

    /**
     * A GET has come. Unless {@link Attachment#problem} refuses it, its response is the session's download from now on,
     * in the place of another, whose carrier is woken to end its own.
     *
     * @param number the attempt's number; 0 for the opening GET
     * @param offset the download's confirmed offset; 0 for the opening GET
     * @param limit the download's limit; 0 on a resuming GET without one
     * @param onReady wakes the carrier, outside any lock
     */
    public Attachment attach(long number, long offset, long limit, long now, Runnable onReady) {
        throw new UnsupportedOperationException("to come");
    }

    /** {@return what that carrier is to do next; after {@link DownloadStep#WAIT} it is woken} */
    public DownloadStep nextDownload(Attachment attachment, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** {@return the bytes to write, of which the carrier tells what was {@link #downloadTaken}; null if there are none} */
    public @Nullable ByteBuffer peekDownload(Attachment attachment) {
        throw new UnsupportedOperationException("to come");
    }

    /** The transport has taken bytes. */
    public void downloadTaken(Attachment attachment, int count, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** The transport takes nothing more for now. */
    public void downloadBlocked(Attachment attachment, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** The transport takes bytes again, although none wait. */
    public void downloadFlushed(Attachment attachment) {
        throw new UnsupportedOperationException("to come");
    }

    /** The end of the response body has gone to the transport. */
    public void downloadEnded(Attachment attachment, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /**
     * The response can't be written any more.
     *
     * @param how what happened, for a person
     */
    public void downloadLost(Attachment attachment, String how, @Nullable Throwable cause, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** Asks the client for another download, before this one has to go. */
    public void rotate(long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** {@return whether there is a download} */
    public boolean isAttached() {
        throw new UnsupportedOperationException("to come");
    }

    // ---- uploads: what the carriers of POSTs tell and ask; they read on at all times

    /**
     * A POST has come. It may be decided at once: see {@link FrameUpload#outcome}.
     *
     * @param onReady wakes the carrier, outside any lock
     */
    public FrameUpload openUpload(long now, Runnable onReady) {
        throw new UnsupportedOperationException("to come");
    }

    /** Bytes of that body have come. What is kept of them is copied. */
    public void received(FrameUpload upload, ByteBuffer bytes, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** That body has come to its end. */
    public void completed(FrameUpload upload, long now) {
        throw new UnsupportedOperationException("to come");
    }

    /** That body was cut: the rest will not come. What has come of it counts. */
    public void cut(FrameUpload upload, long now) {
        throw new UnsupportedOperationException("to come");
    }

    // ---- the application, and time

    @Override
    public Signals takeSignals() {
        return board.take();
    }

    @Override
    public @Nullable ByteBuffer pollInput() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public int readInput(ByteBuffer target) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public long availableInput() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public boolean isInputAtEnd() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void discardInput() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public int outputRoom() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public boolean isOutputOpen() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public boolean isOutputEnded() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public long write(ByteBuffer bytes) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void end() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public long takenOffset() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void notifyOutputAt(long offset) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void notifyOutputRoom() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public boolean reset(Failure failure) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public @Nullable Failure failure() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public boolean isOver() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public OptionalLong deadline() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void timeIs(long now) {
        throw new UnsupportedOperationException("to come");
    }
}
