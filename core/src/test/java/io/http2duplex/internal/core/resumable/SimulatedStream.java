package io.http2duplex.internal.core.resumable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * One body under way: bytes in order, each piece delayed, cut into other pieces, held up, held back until the end, cut
 * off or swallowed.
 */
final class SimulatedStream {
    interface Receiver {
        void bytes(ByteBuffer bytes);

        void ended();

        void broken();
    }

    private final SimulatedNetwork network;
    private final Receiver receiver;
    private final Runnable onWritable;
    private final int capacity;

    private final ArrayDeque<ByteBuffer> underWay = new ArrayDeque<>();
    private int size;
    private long lastArrival;
    private boolean held;
    private boolean finished;
    /** Whether an end that is under way does not arrive any more: what is under way is not whole. */
    private boolean cut;

    private boolean swallowing;
    /** Whether nothing arrives before the end. */
    private boolean heldBack;
    /** How long each piece is held up besides, in nanoseconds. */
    private long late;

    /** @param capacity how many bytes may be under way; then the writer has to wait */
    SimulatedStream(SimulatedNetwork network, int capacity, Receiver receiver, Runnable onWritable) {
        this.network = network;
        this.capacity = capacity;
        this.receiver = receiver;
        this.onWritable = onWritable;
    }

    boolean isFinished() {
        return finished;
    }

    /** {@return how many bytes were taken; 0: it will be called when it is writable} */
    int write(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), capacity - size);
        held = count == 0;
        if (count == 0 || finished) {
            return finished ? bytes.remaining() : 0;
        }
        if (network.oneIn(3)) {
            count = 1 + network.random.nextInt(count);
        }
        ByteBuffer piece = ByteBuffer.allocate(count).put(0, bytes, bytes.position(), count);
        underWay.add(piece);
        size += count;
        arrive(this::deliver);
        return count;
    }

    private void arrive(Runnable action) {
        lastArrival = Math.max(lastArrival, network.elapsed() + late + network.delay());
        network.after(lastArrival - network.elapsed(), action);
    }

    private void deliver() {
        ByteBuffer piece = underWay.peek();
        if (piece == null || swallowing || heldBack) {
            return;
        }
        underWay.remove();
        size -= piece.remaining();
        while (piece.hasRemaining()) {
            int count = network.oneIn(2) ? piece.remaining() : 1 + network.random.nextInt(piece.remaining());
            receiver.bytes(piece.slice(piece.position(), count));
            piece.position(piece.position() + count);
        }
        if (held && !finished) {
            held = false;
            onWritable.run();
        }
    }

    void end() {
        if (!finished) {
            finished = true;
            arrive(() -> {
                heldBack = false;
                while (!underWay.isEmpty() && !swallowing) {
                    deliver();
                }
                if (!swallowing && !cut) {
                    receiver.ended();
                }
            });
        }
    }

    /** What is under way arrives up to a byte that is drawn; then the receiver learns of the cut. */
    void cut() {
        if (finished && underWay.isEmpty()) {
            return;
        }
        finished = true;
        cut = true;
        int kept = size == 0 ? 0 : network.random.nextInt(size + 1);
        ArrayDeque<ByteBuffer> arriving = new ArrayDeque<>();
        for (ByteBuffer piece : underWay) {
            int count = Math.min(kept, piece.remaining());
            if (count > 0) {
                arriving.add(piece.limit(piece.position() + count));
            }
            kept -= count;
        }
        underWay.clear();
        underWay.addAll(arriving);
        arrive(() -> {
            if (!swallowing) {
                swallowing = true;
                receiver.broken();
            }
        });
    }

    /** A proxy waits for more before it passes a piece on. */
    void holdUp(long nanos) {
        late = nanos;
    }

    /** A proxy passes the body on when it has all of it. */
    void holdBack() {
        heldBack = true;
    }

    /** Nothing arrives any more, and nobody learns of it. */
    void swallow() {
        swallowing = true;
    }
}
