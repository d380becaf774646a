package io.http2duplex.internal.core.plain;

import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A POST in a simulation: its bytes on the network, and the carrier that hands them to the session. The carrier moves
 * only when bytes have come and it is reading, or when it was woken: never because time went by.
 */
final class SimulatedPost {
    private final Random random;
    private final PlainSession session;
    final UploadKind kind;
    /** The offset of its first byte in everything that the client sends. */
    final long base;

    final int length;
    private @Nullable PlainUpload upload;

    /** How many bytes the network has brought. */
    private int arrived;
    /** How many bytes the carrier has handed over. */
    int handed;

    /** Whether its length was announced, so that a body that ends too early can be told. */
    private boolean announced;

    private boolean ended;
    private boolean cut;
    private boolean reading = true;
    private boolean completed;
    private boolean woken;

    @Nullable
    UploadOutcome answer;

    SimulatedPost(Random random, PlainSession session, UploadKind kind, long base, int length) {
        this.random = random;
        this.session = session;
        this.kind = kind;
        this.base = base;
        this.length = length;
    }

    void open(boolean announced, long now) {
        this.announced = announced;
        upload = session.openUpload(kind, announced ? length : -1, now, () -> woken = true);
        woken = true; // a carrier looks for an outcome when it starts
    }

    PlainUpload upload() {
        return requireNonNull(upload);
    }

    boolean isAnswered() {
        return answer != null;
    }

    boolean isTaken() {
        return answer != null && answer.problem() == null;
    }

    boolean isRefused() {
        return answer != null && answer.problem() != null;
    }

    boolean isTurnedAway() {
        return answer != null && answer.problem() != null && answer.problem().status() == 429;
    }

    // ---- the network

    boolean canArrive() {
        return !isAnswered() && !ended && !cut;
    }

    void arrive() {
        if (arrived < length) {
            arrived += 1 + random.nextInt(length - arrived);
        } else {
            ended = true;
        }
    }

    /** The rest will not come. {@return whether that was still possible} */
    boolean cut() {
        cut = canArrive();
        return cut;
    }

    /** Its end comes too early. {@return whether that was still possible} */
    boolean endEarly() {
        boolean possible = announced && canArrive() && arrived < length;
        ended |= possible;
        return possible;
    }

    // ---- the carrier

    boolean canMove() {
        return !isAnswered() && (woken || (reading && (handed < arrived || ended || cut)));
    }

    void move(long now) {
        woken = false;
        if (upload().outcome() == null && !completed) {
            read(now);
        }
        answer = upload().outcome();
    }

    private void read(long now) {
        int room = upload().room();
        reading = room > 0;
        if (!reading) {
            return;
        }
        int count = Math.min(room, arrived - handed);
        if (count > 0) {
            count = 1 + random.nextInt(count);
            ByteBuffer bytes = bytes(base + handed, count);
            if (random.nextBoolean()) {
                upload().given(bytes, now);
            } else {
                upload().received(bytes, now);
            }
            handed += count;
        } else if (cut) {
            upload().cut("it was cut", null, now);
        } else if (ended) {
            completed = true;
            reading = false;
            upload().completed(now);
        }
    }

    /** {@return the bytes of a direction at that offset} */
    static ByteBuffer bytes(long offset, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            bytes.put(i, at(offset + i));
        }
        return bytes;
    }

    static byte at(long offset) {
        return (byte) (offset * 31 + (offset >> 7));
    }
}
