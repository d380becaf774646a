package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A session to which everything happens that a script of bytes says: each of its steps is a byte, and what that takes. */
final class FuzzedSession {
    private static final SessionLimits LIMITS = new SessionLimits(16, 16, 0, 3, 0, 5_000, 3_000, 1_000, 200, 10_000);
    private static final int BUDGET = 100;

    private final MemoryBudget budget = new MemoryBudget(BUDGET);
    private final ResumableSession session = new ResumableSession(LIMITS, budget, 0);
    private final List<FrameUpload> uploads = new ArrayList<>();
    private final ByteBuffer script;
    private DownloadAttachment attachment = session.attach(0, 0, 50, DownloadWay.STREAMING, 0, () -> {});
    private long attaches;
    private long now;

    FuzzedSession(ByteBuffer script) {
        this.script = script;
        uploads.add(session.openUpload(now, () -> {}));
    }

    void run() {
        while (script.hasRemaining()) {
            step(script.get() & 0xFF);
            session.takeEffects();
            check();
        }
        session.timeIs(now += 1_000_000);
        session.timeIs(now += 1_000_000);
        check();
    }

    private void step(int what) {
        switch (what) {
            case 0x80 -> uploads.add(session.openUpload(now, () -> {}));
            case 0x81 -> last().completed(now);
            case 0x82 -> last().cut("cut", null, now);
            case 0x83 -> session.pollInput();
            case 0x84 -> session.discardInput();
            case 0x85 -> session.write(ByteBuffer.allocate(10));
            case 0x86 -> session.end();
            case 0x87 -> session.timeIs(now += 700);
            case 0x88 -> pump();
            case 0x89 -> attachment.lost(null, now);
            case 0x8A -> attachment.blocked(now);
            case 0x8B -> session.rotate(now);
            case 0x8C -> attach();
            case 0x8D -> session.notifyOutputRoom();
            case 0x8E -> session.drain(now);
            default -> {
                // Any other byte begins a piece of a body: it goes to the youngest upload, with some that follow it.
                int count = Math.min(1 + what % 40, script.remaining() + 1);
                last().received(script.slice(script.position() - 1, count), now);
                script.position(script.position() - 1 + count);
            }
        }
    }

    private FrameUpload last() {
        return uploads.get(uploads.size() - 1);
    }

    private void attach() {
        long offset = script.hasRemaining() ? script.get() & 0x3F : 0;
        DownloadAttachment next = session.attach(++attaches, offset, 60, DownloadWay.STREAMING, now, () -> {});
        if (next.problem() == null) {
            attachment = next;
        }
    }

    private void pump() {
        while (attachment.next(now) == DownloadStep.WRITE) {
            ByteBuffer bytes = requireNonNull(attachment.peek());
            attachment.taken(bytes.remaining(), now);
        }
    }

    private void check() {
        SimulatedNetwork.check(session.receiving.held() <= LIMITS.maxWindow(), "too much is held");
        SimulatedNetwork.check(budget.reserved() <= BUDGET, "too much is reserved");
        if (session.isFinished()) {
            SimulatedNetwork.check(budget.reserved() == 0, "a session that has ended has a reserve");
            SimulatedNetwork.check(session.deadline().isEmpty(), "a deadline outlives the session");
            for (FrameUpload upload : uploads) {
                SimulatedNetwork.check(upload.outcome() != null, "a POST of a session that has ended is open");
            }
        }
    }
}
