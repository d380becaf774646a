package io.http2duplex.internal.core.resumable.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A streaming POST that works: how long it may be silent, when it is given up, and when others are faster. */
class ClientStreamsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int HEARTBEAT_SECONDS = 15;
    private static final long MILLI = 1_000_000;
    private static final int WINDOW = 1 << 20;
    private static final byte PING = 2;

    private long now = Long.MAX_VALUE - 5;
    private final ClientSession session = new ClientSession(
            new ClientLimits(WINDOW, WINDOW, 0, 10_000, true, List.of(DownloadMode.STREAMING), 0),
            new OpenedBy(0, DownloadMode.STREAMING),
            new MemoryBudget(0),
            () -> 0.5,
            () -> {},
            now);
    private final ClientDownload download = session.opened(session.opening(), false, now);
    private ClientUpload stream = new ClientUpload(true, false, now);
    private long sent;

    @BeforeEach
    void theFirstPingIsAnswered() {
        session.received(download, hello(HEARTBEAT_SECONDS), now);
        session.received(download, new FrameEncoder().window(0, WINDOW).take(), now);
        write("ab");
        stream = requireNonNull(session.nextUpload(now), "there is no stream");
        assertThat(stream.isStream()).isTrue();
        assertThat(answerPings(true)).isTrue();
    }

    private static ByteBuffer hello(int heartbeatSeconds) {
        return ByteBuffer.allocate(12)
                .putInt(0x07000008)
                .putInt(heartbeatSeconds * 1000)
                .putInt(30_000)
                .flip();
    }

    private void write(String text) {
        session.writeCopy(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        sent += text.length();
    }

    /** {@return whether a PING went} */
    private boolean answerPings(boolean answers) {
        List<ByteBuffer> pieces = session.nextPieces(stream, now);
        int token = pieces == null ? 0 : pingIn(pieces);
        if (answers && token != 0) {
            session.received(
                    download,
                    new FrameEncoder().window(sent, sent + WINDOW).pong(token).take(),
                    now);
        }
        return token != 0;
    }

    /** {@return the token of the last PING; 0: there is none} */
    private static int pingIn(List<ByteBuffer> pieces) {
        ByteBuffer all = ByteBuffer.allocate(16_384);
        pieces.forEach(piece -> all.put(piece.duplicate()));
        all.flip();
        int token = 0;
        while (all.hasRemaining()) {
            int head = all.getInt();
            ByteBuffer payload = all.slice(all.position(), head & 0xffffff);
            all.position(all.position() + payload.remaining());
            token = head >> 24 == PING ? payload.getInt() : token;
        }
        return token;
    }

    /** The server lives, and asks each second whether the client does. */
    private void live(int seconds, boolean answers) {
        for (int i = 0; i < seconds && session.isWanted(stream); i++) {
            now += SECOND;
            session.received(download, new FrameEncoder().ping(1).take(), now);
            session.timeIs(now);
            answerPings(answers);
        }
    }

    @Test
    void aFewBytesThatTheServerNeedNotConfirmAreNotTreatedAsHeld() {
        write("c");
        live(20 * HEARTBEAT_SECONDS, true);
        assertThat(session.isWanted(stream)).isTrue();
        assertThat(session.mayStream()).isTrue();
    }

    @Test
    void aPingThatGoesAloneIsFollowedByNoOtherHoweverLongItIsIdle() {
        session.received(download, hello(0), now);
        int pings = 0;
        for (int i = 0; i < 10; i++) {
            write("c");
            pings += answerPings(true) ? 1 : 0;
        }
        assertThat(pings).isBetween(1, 5);
        now += HEARTBEAT_SECONDS * SECOND;
        session.timeIs(now);
        assertThat(answerPings(true)).as("one for what it has carried").isTrue();
        for (int i = 0; i < 10 * HEARTBEAT_SECONDS; i++) {
            now += SECOND;
            session.timeIs(now);
            assertThat(answerPings(true)).isFalse();
        }
        assertThat(session.isWanted(stream)).isTrue();
        assertThat(session.mayStream()).isTrue();
    }

    /**
     * Writes bytes one after the other, where each piece of the stream takes so long, and each POST.
     *
     * @return how many POSTs went beside the stream
     */
    private int type(int keys, String key, long late, long early) {
        int posts = 0;
        for (int i = 0; i < keys && !stream.mustEnd(); i++) {
            write(key);
            for (List<ByteBuffer> pieces = session.nextPieces(stream, now);
                    pieces != null;
                    pieces = session.nextPieces(stream, now)) {
                now += late;
                answer(pieces);
                ClientUpload post = stream.mustEnd() ? null : session.nextUpload(now);
                if (post != null) {
                    assertThat(post.isStream()).isFalse();
                    posts++;
                    now += early;
                    answer(post.body());
                    session.answered(
                            post, new Answer(Answer.PROCESSED, null, 0, new IllegalStateException()), true, now);
                }
            }
        }
        return posts;
    }

    private void answer(List<ByteBuffer> pieces) {
        int token = pingIn(pieces);
        if (token != 0) {
            session.received(
                    download, new FrameEncoder().window(0, WINDOW).pong(token).take(), now);
        }
    }

    @Test
    void oneWhosePiecesArriveLateIsLeftForPostsAfterThreeComparisons() {
        assertThat(type(10, "k", 212 * MILLI, 20 * MILLI)).isEqualTo(3);
        assertThat(stream.mustEnd()).isTrue();
        assertThat(session.mayStream()).isFalse();
        write("l");
        ClientUpload next = requireNonNull(session.nextUpload(now), "nothing follows the stream");
        assertThat(next.isStream()).isFalse();
    }

    @Test
    void wherePostsAreAsLateTheStreamGoesOnAndFewAreSpent() {
        assertThat(type(200, "k", 300 * MILLI, 290 * MILLI)).isEqualTo(8);
        assertThat(session.mayStream()).isTrue();
    }

    @Test
    void whereTheStreamIsFastNoPostIsSpent() {
        assertThat(type(200, "k", 99 * MILLI, MILLI)).isZero();
        assertThat(session.mayStream()).isTrue();
    }

    @Test
    void aPingThatWaitsBehindManyBytesTellsNothing() {
        assertThat(type(10, "k".repeat(5_000), 212 * MILLI, 20 * MILLI)).isZero();
        assertThat(session.mayStream()).isTrue();
    }

    @Test
    void whatIsNoBytesIsSentByAnotherWithinFiveHeartbeatsIfItIsHeld() {
        live(4 * HEARTBEAT_SECONDS + 1, false);
        assertThat(session.isWanted(stream)).isFalse();
    }

    @Test
    void oneThatHasEndedAndIsNeverAnsweredIsGivenUp() {
        now += SECOND;
        session.received(download, ByteBuffer.allocate(4).putInt(0x06000000).flip(), now);
        assertThat(stream.mustEnd()).isTrue();
        live(3 * HEARTBEAT_SECONDS - 1, false);
        assertThat(session.isWanted(stream)).isTrue();
        live(1, false);
        assertThat(session.isWanted(stream)).isFalse();
    }

    @Test
    void oneThatMustEndIsGivenUpWhenItsPingIsNotAnsweredWhateverIsSentInTheNext() {
        ClientUpload ended = stream;
        live(1, false);
        session.received(download, ByteBuffer.allocate(4).putInt(0x06000000).flip(), now);
        assertThat(ended.mustEnd()).isTrue();
        write("c");
        stream = requireNonNull(session.nextUpload(now), "no stream follows");
        assertThat(stream.isStream()).isTrue();
        live(3 * HEARTBEAT_SECONDS - 1, true);
        assertThat(session.isWanted(ended)).isTrue();
        live(1, true);
        assertThat(session.isWanted(ended)).isFalse();
        assertThat(session.isWanted(stream)).isTrue();
    }
}
