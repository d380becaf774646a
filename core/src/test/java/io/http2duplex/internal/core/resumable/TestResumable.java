package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A session of dialect 2 with a client, a clock that the test sets, and a connection that loses nothing. */
final class TestResumable {
    static final long SECOND = Duration.ofSeconds(1).toNanos();
    static final long HEARTBEAT = 15 * SECOND;
    static final long RESUME = 30 * SECOND;
    static final long STALL = 60 * SECOND;
    static final int FIRST = 1024;
    static final int MAX = 256 * 1024;

    static final SessionLimits LIMITS = new SessionLimits(FIRST, FIRST, 0, 4, 0, STALL, RESUME, HEARTBEAT, MAX, 0);

    final ResumableSession session;
    final SpareBuffers sendingSpares = new SpareBuffers();
    final SpareBuffers receivingSpares = new SpareBuffers();
    final ClientCore client = new ClientCore(FIRST);
    long now;
    int wakeUps;
    DownloadAttachment download;

    TestResumable(MemoryShare budget) {
        this(LIMITS, budget, 0);
    }

    TestResumable(SessionLimits limits, MemoryShare budget, long now) {
        this.now = now;
        session = new ResumableSession(limits, budget, sendingSpares, receivingSpares, now);
        download = session.attach(0, 0, FIRST, DownloadWay.STREAMING, now, () -> wakeUps++);
        carry();
        client.confirm();
        post();
    }

    /** Tells the session the time at each of its deadlines until then. */
    void pass(long nanos) {
        long end = now + nanos;
        while (session.deadline().isPresent() && session.deadline().getAsLong() - end <= 0) {
            now = Math.max(now, session.deadline().getAsLong());
            session.timeIs(now);
            act();
        }
        now = end;
        session.timeIs(now);
        act();
    }

    private void act() {
        session.takeEffects().ready().forEach(Runnable::run);
    }

    /** Brings the client all that the download has for it. */
    void carry() {
        while (download.next(now) == DownloadStep.WRITE) {
            byte[] bytes = Vectors.bytes(requireNonNull(download.peek()));
            client.received(bytes);
            download.taken(bytes.length, now);
        }
        act();
    }

    /** Brings the session all that the client has for it. {@return the outcome of the last POST; null if there was none} */
    @Nullable
    UploadOutcome post() {
        UploadOutcome outcome = null;
        for (byte[] body = client.nextPost(); body != null; body = client.nextPost()) {
            outcome = post(body);
        }
        return outcome;
    }

    @Nullable
    UploadOutcome post(byte[] body) {
        FrameUpload upload = session.openUpload(now, () -> wakeUps++);
        upload.received(ByteBuffer.wrap(body), now);
        upload.completed(now);
        return upload.outcome();
    }

    /** The client uploads so much, and the application reads it, within a moment. */
    void upload(int count) {
        client.write(new byte[count]);
        ByteBuffer target = ByteBuffer.allocate(count);
        while (target.hasRemaining()) {
            post();
            session.readInput(target);
            carry();
        }
    }

    /** The application writes so much, and the client reads and confirms it, within a moment. */
    void download(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        ByteBuffer target = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() || session.heldOutput() > 0) {
            int room = Math.min(session.outputRoom(), bytes.remaining());
            session.notifyOutputRoom();
            session.write(bytes.slice(bytes.position(), room));
            bytes.position(bytes.position() + room);
            carry();
            client.read(target);
            client.confirm();
            post();
        }
    }
}
