package io.http2duplex.internal.core.resumable;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a session, for tests over real connections, of the classes that are the same on both sides. Not
 * for use by several threads.
 *
 * <p>It decides nothing, where a {@code ClientSession} does: a test says which request goes when, which is lost, and what is
 * said out of turn. {@code DuplexClientTest} and the simulation have the session that decides.
 */
public final class ClientCore {
    private static final int MAX_POST = 1 << 20;
    private static final int MAX_WINDOW = 1 << 20;

    private final SendingDirection sending;
    private final ReceivingDirection receiving;
    private final FrameEncoder answers = new FrameEncoder();
    private FrameDecoder decoder = new FrameDecoder(new Frames());
    private @Nullable Integer resetNumber;
    private String resetReason = "";
    private int rotations;
    private int drains;
    private long heartbeatMillis = -1;
    private int pings;
    private @Nullable Ticket ticket;

    /** @param window how many bytes of the download it takes that nobody has read, in the beginning */
    public ClientCore(int window) {
        MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
        EffectCollector effects = new EffectCollector();
        // What a test writes is kept whatever its size, so that a test need not wait to write.
        sending = new SendingDirection(new WindowSize(1 << 30, 1 << 30, budget), new SpareBuffers(), effects);
        receiving = new ReceivingDirection(
                new WindowSize(window, Math.max(window, MAX_WINDOW), budget), new SpareBuffers(), effects, 0);
    }

    // ---- the download

    /** A new download begins: what was under way in an earlier one may be lost. */
    public void attached() {
        receiving.advertised(0);
        ticket = null;
        decoder = new FrameDecoder(new Frames());
    }

    /** {@return the offset to resume the download from} */
    public long downloadOffset() {
        return receiving.confirmed();
    }

    /** {@return the download's limit} */
    public long downloadLimit() {
        return receiving.limit();
    }

    /** The next bytes of the download's body. */
    public void received(byte[] bytes) {
        try {
            decoder.push(ByteBuffer.wrap(bytes));
        } catch (ViolationException e) {
            throw new AssertionError("The server broke the protocol", e);
        }
    }

    /** {@return bytes of the download that are in turn; null if there are none} */
    public @Nullable ByteBuffer poll() {
        return receiving.poll();
    }

    /** {@return how many bytes of the download were copied into the target} */
    public int read(ByteBuffer target) {
        return receiving.read(target);
    }

    public long available() {
        return receiving.available();
    }

    public boolean isDownloadAtEnd() {
        return receiving.isAtEnd();
    }

    // ---- uploads

    /** {@return the offset behind these bytes} */
    public long write(byte[] bytes) {
        return sending.write(ByteBuffer.wrap(bytes));
    }

    public void end() {
        sending.end();
    }

    /** Resets the session; the next POST tells the server. */
    public void reset(int number, String reason) {
        answers.reset(number, reason);
    }

    /** Asks the server for a sign of life, and so for what it has confirmed. */
    public void ping() {
        answers.ping(1);
    }

    /** Tells the server how far the download has come, by the next POST. */
    public void confirm() {
        answerWindow();
    }

    /** {@return the body of the next POST; null if there is nothing to say or nothing may be sent} */
    public byte @Nullable [] nextPost() {
        if (receiving.isWindowDue()) {
            answerWindow();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < MAX_POST) {
            long offset = sending.nextOffset();
            ByteBuffer bytes = sending.nextBytes();
            if (bytes == null) {
                break;
            }
            put(body, answers.dataHead(offset, bytes.remaining()).take());
            put(body, bytes);
        }
        if (sending.takeEnd()) {
            answers.end(sending.nextOffset());
        }
        put(body, answers.take());
        return body.size() == 0 ? null : body.toByteArray();
    }

    private static void put(ByteArrayOutputStream body, ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        body.writeBytes(array);
    }

    /** {@return the offset behind what has been given to POSTs} */
    public long postedOffset() {
        return sending.nextOffset();
    }

    /** What POSTs brought may be lost: what is not confirmed is sent again. */
    public void postsLost() {
        sending.rewindTo(sending.confirmed());
    }

    /** {@return the offset up to which the server has confirmed the upload; one more with the end} */
    public long confirmed() {
        return sending.confirmed();
    }

    // ---- what else the server said

    public boolean isOver() {
        return resetNumber != null
                || (sending.state() == DirectionState.ENDED && receiving.state() == DirectionState.ENDED);
    }

    /** {@return the number of the server's RESET; null if none has come} */
    public @Nullable Integer resetNumber() {
        return resetNumber;
    }

    public String resetReason() {
        return resetReason;
    }

    /** {@return how many ROTATE frames have come} */
    public int rotations() {
        return rotations;
    }

    /** {@return how many DRAIN frames have come} */
    public int drains() {
        return drains;
    }

    /** {@return how many PING frames have come} */
    public int pings() {
        return pings;
    }

    /** {@return of HELLO; -1 if none has come} */
    public long heartbeatMillis() {
        return heartbeatMillis;
    }

    /** {@return the ticket that the last HELLO has brought; null if it has brought none} */
    public @Nullable Ticket ticket() {
        return ticket;
    }

    /** {@return ATTACH with that ticket} */
    public byte[] attach(long number, Ticket with) {
        return new FrameEncoder()
                .attach(new Attach(number, downloadOffset(), downloadLimit(), with))
                .take()
                .array();
    }

    private void answerWindow() {
        answers.window(receiving.confirmed(), receiving.limit());
        receiving.advertised(0);
    }

    private final class Frames implements FrameDecoder.Handler {
        @Override
        public void data(long offset, ByteBuffer bytes) throws ViolationException {
            receiving.data(offset, bytes, 0);
        }

        @Override
        public void window(long confirmed, long limit) throws ViolationException {
            sending.window(confirmed, limit);
        }

        @Override
        public void ping(int token) {
            pings++;
            answerWindow();
            answers.pong(token);
        }

        @Override
        public void pong(int token) {
            // none is asked for
        }

        @Override
        public void end(long offset) throws ViolationException {
            receiving.end(offset);
        }

        @Override
        public void reset(int number, String reason) {
            resetNumber = number == 0 ? ErrorCode.CANCELLED.number() : number;
            resetReason = reason;
        }

        @Override
        public void drain() {
            drains++;
        }

        @Override
        public void rotate() {
            rotations++;
        }

        @Override
        public void hello(long heartbeat, long resume, @Nullable Ticket ticket) {
            heartbeatMillis = heartbeat;
            ClientCore.this.ticket = ticket;
        }
    }
}
