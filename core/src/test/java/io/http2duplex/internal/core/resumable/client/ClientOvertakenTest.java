package io.http2duplex.internal.core.resumable.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads that others have overtaken, and that do not end. */
class ClientOvertakenTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = 1;
    private final ClientSession session = new ClientSession(
            new ClientLimits(1024, 1024, 0, 1000, false, List.of(DownloadMode.STREAMING), 0),
            new OpenedBy(0, DownloadMode.STREAMING),
            new MemoryBudget(0),
            () -> 0.5,
            () -> {},
            now);

    private ClientDownload open(Attempt attempt, int heartbeatSeconds) {
        ClientDownload download = session.opened(attempt, false, now);
        ByteBuffer hello = ByteBuffer.allocate(12)
                .putInt(0x07000008)
                .putInt(heartbeatSeconds * 1000)
                .putInt(30_000)
                .flip();
        session.received(download, hello, now);
        return download;
    }

    /** {@return the download that takes the place of this one} */
    private ClientDownload rotate(ClientDownload download, int heartbeatSeconds) {
        now += SECOND;
        session.received(download, ByteBuffer.allocate(4).putInt(0x06000000).flip(), now);
        return open(requireNonNull(session.nextAttempt(now)), heartbeatSeconds);
    }

    @ParameterizedTest
    @CsvSource({"15, 30", "0, 60"})
    void oneIsReadForTwoHeartbeatsAndThenGivenUp(int heartbeatSeconds, int patienceSeconds) {
        ClientDownload first = open(session.opening(), heartbeatSeconds);
        ClientDownload next = rotate(first, heartbeatSeconds);
        long since = now;
        while (now < since + patienceSeconds * SECOND) {
            session.timeIs(now);
            session.received(next, new FrameEncoder().pong(0).take(), now);
            assertThat(session.isWanted(first)).isTrue();
            now += SECOND;
        }
        assertThat(session.deadline().getAsLong()).isLessThanOrEqualTo(now);

        session.timeIs(now);

        assertThat(session.isWanted(first)).isFalse();
        assertThat(session.isWanted(next)).isTrue();
        assertThat(session.isAttached()).isTrue();
    }

    @Test
    void theThreeNewestAreReadOn() {
        List<ClientDownload> all = new ArrayList<>();
        all.add(open(session.opening(), 15));
        for (int i = 0; i < 5; i++) {
            all.add(rotate(all.get(i), 15));
        }
        assertThat(all.stream().map(session::isWanted)).containsExactly(false, false, true, true, true, true);
    }
}
