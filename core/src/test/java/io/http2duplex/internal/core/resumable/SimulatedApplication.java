package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.check;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An application on either side: it reads and writes in its own time, and looks again only when it was signalled. */
final class SimulatedApplication {
    private final SimulatedNetwork network;
    private final Session session;
    private final Runnable react;
    private final long salt;
    private final long pause;
    private final boolean discards;
    private final int resetNumber;
    private int stepsToReset;

    private int toWrite;
    long written;
    long read;
    boolean sawEnd;
    boolean sawFailure;
    boolean discarded;
    boolean hasReset;
    int largestWrite = 1;

    private boolean readerBusy;
    private boolean writerBusy;

    /**
     * One that has a session.
     *
     * @param react does what follows from an event of the session
     * @param salt makes the bytes of the two directions differ
     */
    SimulatedApplication(
            SimulatedNetwork network, Session session, Runnable react, long salt, int toWrite, boolean resets) {
        this.network = network;
        this.session = session;
        this.react = react;
        this.salt = salt;
        this.toWrite = toWrite;
        pause = network.random.nextInt(4) == 0 ? 100 * SimulatedNetwork.MILLI : SimulatedNetwork.MILLI;
        discards = network.oneIn(20);
        resetNumber = 256 + network.random.nextInt(1000);
        stepsToReset = resets ? network.random.nextInt(30) : Integer.MAX_VALUE;
    }

    void inputReady() {
        if (!readerBusy && !sawEnd && !sawFailure && !discarded) {
            readerBusy = true;
            network.after(network.random.nextLong(pause), this::read);
        }
    }

    void outputReady() {
        if (!writerBusy) {
            writerBusy = true;
            network.after(network.random.nextLong(pause), this::write);
        }
    }

    private void read() {
        readerBusy = false;
        mayReset();
        if (discards && network.oneIn(4)) {
            discarded = true;
            session.discardInput();
            react.run();
            return;
        }
        ByteBuffer bytes = network.oneIn(2) ? session.pollInput() : readCopy();
        react.run();
        if (bytes != null) {
            while (bytes.hasRemaining()) {
                check(bytes.get() == at(read++, 1 - salt), () -> "a wrong byte came up at " + (read - 1));
            }
            inputReady();
        } else if (session.isInputAtEnd()) {
            sawEnd = true;
        } else if (session.failure() != null) {
            sawFailure = true;
        }
    }

    private @Nullable ByteBuffer readCopy() {
        ByteBuffer target = ByteBuffer.allocate(1 + network.random.nextInt(network.oneIn(2) ? 20 : 1000));
        return session.readInput(target) == 0 ? null : target.flip();
    }

    private void write() {
        writerBusy = false;
        mayReset();
        if (!session.isOutputOpen()) {
            return;
        }
        if (toWrite == 0) {
            session.end();
            react.run();
        } else if (session.outputRoom() == 0) {
            session.notifyOutputRoom();
            react.run();
        } else {
            int most = network.oneIn(10) ? 2 * session.outputRoom() : session.outputRoom();
            int count = Math.min(toWrite, 1 + network.random.nextInt(Math.min(most, network.oneIn(2) ? 20 : 1000)));
            ByteBuffer bytes = ByteBuffer.allocate(count);
            for (int i = 0; i < count; i++) {
                bytes.put(i, at(written + i, salt));
            }
            written += count;
            toWrite -= count;
            largestWrite = Math.max(largestWrite, count);
            session.write(bytes);
            react.run();
            bytes.clear();
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0xEE); // the buffer is the application's again
            }
            outputReady();
        }
    }

    private void mayReset() {
        if (stepsToReset-- == 0 && session.failure() == null) {
            hasReset = true;
            session.reset(Failure.application(resetNumber, "enough"));
            react.run();
        }
    }

    private static byte at(long offset, long salt) {
        return (byte) (offset * 31 + (offset >> 7) + salt * 101);
    }
}
