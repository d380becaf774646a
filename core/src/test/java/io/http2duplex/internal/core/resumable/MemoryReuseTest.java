package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.SpareBuffers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Memory that a session uses again: what may be seen of it, and when it is released. */
class MemoryReuseTest {
    private static final int SIZE = 8192;
    private static final int BOUND = 65_536;
    private static final long SECOND = 1_000_000_000;
    private static final long HEARTBEAT = 15 * SECOND;

    private final SpareBuffers sendingSpares = new SpareBuffers();
    private final SpareBuffers receivingSpares = new SpareBuffers();
    private final ResumableSession session = new ResumableSession(
            new SessionLimits(BOUND, BOUND, 0, 16, 0, 60 * SECOND, 60 * SECOND, HEARTBEAT, BOUND, 0),
            new MemoryBudget(0),
            sendingSpares,
            receivingSpares,
            0);
    private final ClientCore client = new ClientCore(BOUND);
    private long now;

    @Test
    void aDownloadThatSendsItsViewLateAfterItsMemoryWasUsedAgainIsIgnoredByTheClient() {
        DownloadAttachment old = session.attach(0, 0, BOUND, DownloadWay.STREAMING, now, () -> {});
        byte[] head = bytes(old); // HELLO and WINDOW
        write((byte) 1);
        byte[] dataHead = bytes(old);
        assertThat(old.next(now)).isEqualTo(DownloadStep.WRITE);
        ByteBuffer view = requireNonNull(old.peek());
        assertThat(view.remaining()).isEqualTo(SIZE);

        // The client comes back by another download, which brings the same bytes, and confirms them.
        client.received(head);
        DownloadAttachment fresh = session.attach(
                1, client.downloadOffset(), client.downloadLimit(), DownloadWay.STREAMING, now, () -> {});
        client.attached();
        carry(fresh);
        confirm();
        write((byte) 2);
        carry(fresh);

        byte[] late = new byte[SIZE];
        view.get(late);
        assertThat(late).as("the view's memory was used again").containsOnly(2);
        old.taken(SIZE, now);
        client.received(dataHead);
        client.received(late);

        byte[] read = new byte[3 * SIZE];
        assertThat(client.read(ByteBuffer.wrap(read))).isEqualTo(2 * SIZE);
        assertThat(Arrays.copyOf(read, SIZE)).containsOnly(1);
        assertThat(Arrays.copyOfRange(read, SIZE, 2 * SIZE)).containsOnly(2);
    }

    @Test
    void aViewStaysWhatItWasUntilTheClientHasConfirmedItsBytes() {
        DownloadAttachment attachment = session.attach(0, 0, BOUND, DownloadWay.STREAMING, now, () -> {});
        carry(attachment);
        write((byte) 1);
        bytes(attachment);
        attachment.next(now);
        ByteBuffer view = requireNonNull(attachment.peek());

        for (byte i = 2; i <= BOUND / SIZE; i++) {
            write(i);
        }

        byte[] seen = new byte[SIZE];
        view.get(seen);
        assertThat(seen).containsOnly(1);
    }

    @Test
    void whatWasNotUsedForASecondIsReleased() {
        DownloadAttachment attachment = session.attach(0, 0, BOUND, DownloadWay.STREAMING, now, () -> {});
        carry(attachment);
        upload(new byte[SIZE]);
        assertThat(session.readInput(ByteBuffer.allocate(SIZE))).isEqualTo(SIZE);
        write((byte) 1);
        carry(attachment);
        confirm();
        assertThat(receivingSpares.isEmpty()).isFalse();
        assertThat(sendingSpares.isEmpty()).isFalse();
        assertThat(session.deadline()).hasValue(SECOND);
        assertThat(session.takeEffects().deadline()).isTrue();

        timeIs(SECOND);
        assertThat(session.deadline()).hasValue(2 * SECOND);
        assertThat(sendingSpares.isEmpty()).isFalse();
        timeIs(2 * SECOND);

        assertThat(receivingSpares.isEmpty()).isTrue();
        assertThat(sendingSpares.isEmpty()).isTrue();
        assertThat(session.deadline()).hasValue(HEARTBEAT);
    }

    @Test
    void whatIsUsedAgainAndAgainIsKept() {
        DownloadAttachment attachment = session.attach(0, 0, BOUND, DownloadWay.STREAMING, now, () -> {});
        carry(attachment);
        byte[] uploaded = new byte[SIZE];
        for (int i = 0; i < 10; i++) {
            upload(uploaded);
            session.readInput(ByteBuffer.wrap(uploaded));
            timeIs(session.deadline().orElseThrow());

            assertThat(receivingSpares.isEmpty()).isFalse();
            carry(attachment);
        }
    }

    @Test
    void whatIsHandedToTheApplicationIsNotUsedAgain() {
        DownloadAttachment attachment = session.attach(0, 0, BOUND, DownloadWay.STREAMING, now, () -> {});
        carry(attachment);
        upload(filled((byte) 1));
        ByteBuffer given = requireNonNull(session.pollInput());

        upload(filled((byte) 2));
        session.pollInput();

        byte[] seen = new byte[SIZE];
        given.get(seen);
        assertThat(seen).containsOnly(1);
        assertThat(receivingSpares.isEmpty()).isTrue();
    }

    private static byte[] filled(byte value) {
        byte[] bytes = new byte[SIZE];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private void timeIs(long time) {
        now = time;
        session.timeIs(now);
    }

    private void write(byte value) {
        session.write(ByteBuffer.wrap(filled(value)));
    }

    private void upload(byte[] bytes) {
        client.write(bytes);
        post();
    }

    private void confirm() {
        client.confirm();
        post();
    }

    private void post() {
        FrameUpload upload = session.openUpload(now, () -> {});
        upload.received(ByteBuffer.wrap(requireNonNull(client.nextPost())), now);
        upload.completed(now);
    }

    /** Brings the client everything that can be sent. */
    private void carry(DownloadAttachment attachment) {
        while (attachment.next(now) == DownloadStep.WRITE) {
            client.received(bytes(attachment));
        }
    }

    /** {@return the next bytes of that download, taken} */
    private byte[] bytes(DownloadAttachment attachment) {
        assertThat(attachment.next(now)).isEqualTo(DownloadStep.WRITE);
        byte[] bytes = Vectors.bytes(requireNonNull(attachment.peek()));
        attachment.taken(bytes.length, now);
        return bytes;
    }
}
