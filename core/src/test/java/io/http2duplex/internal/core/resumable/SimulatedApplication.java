package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.check;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An application on either side: it reads and writes in its own time, and looks again only when it was signalled. */
final class SimulatedApplication {
    /** What it holds. */
    interface Duplex {
        @Nullable
        ByteBuffer poll();

        /** {@return how many bytes were copied into the target} */
        int read(ByteBuffer target);

        boolean isInputAtEnd();

        boolean isFailed();

        boolean isOutputOpen();

        int room();

        void notifyRoom();

        void write(ByteBuffer bytes);

        void end();

        void reset(int number);

        void discard();
    }

    private final SimulatedNetwork network;
    private final Duplex duplex;
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

    /** @param salt makes the bytes of the two directions differ */
    SimulatedApplication(SimulatedNetwork network, Duplex duplex, long salt, int toWrite, boolean resets) {
        this.network = network;
        this.duplex = duplex;
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
            duplex.discard();
            return;
        }
        ByteBuffer bytes = network.oneIn(2) ? duplex.poll() : readCopy();
        if (bytes != null) {
            while (bytes.hasRemaining()) {
                check(bytes.get() == at(read++, 1 - salt), () -> "a wrong byte came up at " + (read - 1));
            }
            inputReady();
        } else if (duplex.isInputAtEnd()) {
            sawEnd = true;
        } else if (duplex.isFailed()) {
            sawFailure = true;
        }
    }

    private @Nullable ByteBuffer readCopy() {
        ByteBuffer target = ByteBuffer.allocate(1 + network.random.nextInt(network.oneIn(2) ? 20 : 1000));
        return duplex.read(target) == 0 ? null : target.flip();
    }

    private void write() {
        writerBusy = false;
        mayReset();
        if (!duplex.isOutputOpen()) {
            return;
        }
        if (toWrite == 0) {
            duplex.end();
        } else if (duplex.room() == 0) {
            duplex.notifyRoom();
        } else {
            int most = network.oneIn(10) ? 2 * duplex.room() : duplex.room();
            int count = Math.min(toWrite, 1 + network.random.nextInt(Math.min(most, network.oneIn(2) ? 20 : 1000)));
            ByteBuffer bytes = ByteBuffer.allocate(count);
            for (int i = 0; i < count; i++) {
                bytes.put(i, at(written + i, salt));
            }
            written += count;
            toWrite -= count;
            largestWrite = Math.max(largestWrite, count);
            duplex.write(bytes);
            bytes.clear();
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0xEE); // the buffer is the application's again
            }
            outputReady();
        }
    }

    private void mayReset() {
        if (stepsToReset-- == 0 && !duplex.isFailed()) {
            hasReset = true;
            duplex.reset(resetNumber);
        }
    }

    private static byte at(long offset, long salt) {
        return (byte) (offset * 31 + (offset >> 7) + salt * 101);
    }
}
