package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.SimulatedPost.at;
import static io.http2duplex.internal.core.plain.SimulatedPost.bytes;

import java.nio.ByteBuffer;
import java.util.Random;

/** The application in a simulation: a reader and a writer, each of which looks at the session only when signalled. */
final class SimulatedApplication {
    private final Random random;
    private final PlainSession session;
    private final boolean polls;
    private final boolean sends;
    private final boolean discards;

    boolean readerAwake = true;
    long read;
    boolean sawEnd;
    boolean sawFailure;
    boolean discarded;

    boolean writerAwake = true;
    boolean writerDone;
    long written;
    int largestWrite = 1;
    private int toWrite;
    private long awaited;

    SimulatedApplication(Random random, PlainSession session) {
        this.random = random;
        this.session = session;
        polls = random.nextBoolean();
        sends = random.nextBoolean();
        discards = random.nextInt(8) == 0;
        toWrite = random.nextInt(150);
    }

    boolean canRead() {
        return readerAwake && !sawEnd && !sawFailure && !discarded;
    }

    void read() {
        if (discards && random.nextInt(5) == 0) {
            session.discardInput();
            discarded = true;
            return;
        }
        ByteBuffer bytes = polls ? session.pollInput() : copied();
        if (bytes != null && bytes.hasRemaining()) {
            while (bytes.hasRemaining()) {
                check(bytes.get() == at(read), "a wrong byte came up at " + read);
                read++;
            }
        } else if (session.isInputAtEnd()) {
            sawEnd = true;
        } else if (session.failure() != null) {
            sawFailure = true;
        } else {
            readerAwake = false;
        }
    }

    private ByteBuffer copied() {
        ByteBuffer target = ByteBuffer.allocate(1 + random.nextInt(20));
        session.readInput(target);
        return target.flip();
    }

    boolean canWrite() {
        return writerAwake && !writerDone;
    }

    void write() {
        if (session.failure() != null || session.isOutputEnded()) {
            writerDone = true;
        } else if (!session.isOutputOpen() || session.takenOffset() < awaited) {
            writerAwake = false;
        } else if (toWrite == 0) {
            session.end();
        } else if (session.outputRoom() == 0) {
            session.notifyOutputRoom();
            writerAwake = false;
        } else {
            // A sender's buffer may go beyond the room; a stream's may not.
            int count = Math.min(toWrite, random.nextInt(1 + (sends ? 40 : session.outputRoom())));
            awaited = session.write(bytes(written, count));
            written += count;
            toWrite -= count;
            largestWrite = Math.max(largestWrite, count);
            if (sends) {
                session.notifyOutputAt(awaited);
            } else {
                awaited = 0;
            }
        }
    }

    static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
