package io.http2duplex.internal.core.resumable.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attempts to attach by a socket: what becomes of the session when they fail. */
class ClientSocketsTest {
    private long now = 1;
    private final ClientSession session = new ClientSession(
            new ClientLimits(1024, 1024, 0, 1000, false, List.of(DownloadMode.STREAMING, DownloadMode.TYPED), 0),
            new OpenedBy(0, DownloadMode.STREAMING),
            new MemoryBudget(0),
            () -> 0.5,
            () -> {},
            now);

    @Test
    void aSocketThatBringsNothingShowsNothingAboutTheWayOfResponses() {
        ClientDownload download = download();
        failedSocket();

        session.cut(download, "It was cut", null, now);
        assertThat(requireNonNull(session.nextAttempt(now)).way()).isEqualTo(DownloadWay.STREAMING);
    }

    /** The server may have put the socket in the download's place, and end the download at any time. */
    @Test
    void aGetTakesThePlaceOfADownloadThatASocketMayHaveReplaced() {
        download();
        failedSocket();

        Attempt attempt = requireNonNull(session.nextAttempt(now));
        assertThat(attempt.isRotation()).isTrue();
        assertThat(attempt.isSocket()).isFalse();
    }

    private ClientDownload download() {
        ClientDownload download = session.opened(session.opening(), false, now);
        ByteBuffer hello = ByteBuffer.allocate(28) // without heartbeats, with a ticket
                .putInt(0x07000018)
                .putInt(0)
                .putInt(30_000)
                .putLong(1)
                .putLong(2)
                .flip();
        session.received(download, hello, now);
        session.received(download, new FrameEncoder().window(0, 1024).take(), now);
        return download;
    }

    private void failedSocket() {
        Attempt socket = requireNonNull(session.nextSocket(now), "there is no ticket");
        now += ClientDownloads.ATTACH_NANOS;
        session.timeIs(now);
        assertThat(session.isWanted(socket)).isFalse();
        assertThat(session.isAttached()).isTrue();
    }
}
