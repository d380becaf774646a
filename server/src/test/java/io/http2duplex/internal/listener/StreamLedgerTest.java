package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamLedgerTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int CONNECTION_WINDOW = 100_000;

    /** What all connections together may have unread. */
    private static final long ALL = 100_000;

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final UnreadUploads unread = new UnreadUploads(ALL);
    private final ListenerCounts counts = new ListenerCounts();
    private final StreamLedger streams = new StreamLedger(
            new Http2Limits(
                    20_000, 70_000, CONNECTION_WINDOW, ALL, 3, 5, 5, Duration.ofSeconds(1), Duration.ofSeconds(1)),
            counts,
            unread.open(null),
            0);
    private long now;

    private int receive(int type, int flags, int stream, int length) {
        return streams.received(type, flags, stream, length, now);
    }

    private void open(int stream) {
        assertThat(receive(FrameHeads.HEADERS, 0, stream, 10)).isEqualTo(StreamLedger.NO_ERROR);
    }

    @Test
    void aStreamIsOverWhenBothSidesHaveEndedIt() {
        open(1);
        receive(FrameHeads.DATA, FrameHeads.END_STREAM, 1, 10);
        assertThat(streams.isClosed(1)).isFalse();
        streams.sent(FrameHeads.HEADERS, 0, 1, 0, now);
        streams.sent(FrameHeads.DATA, FrameHeads.END_STREAM, 1, 0, now);
        assertThat(streams.isClosed(1)).isTrue();

        receive(FrameHeads.HEADERS, FrameHeads.END_STREAM, 3, 10);
        streams.sent(FrameHeads.HEADERS, FrameHeads.END_STREAM, 3, 0, now);
        assertThat(streams.isClosed(3)).isTrue();

        open(5);
        streams.sent(FrameHeads.DATA, FrameHeads.END_STREAM, 5, 0, now);
        assertThat(streams.isClosed(5)).isFalse();
        receive(FrameHeads.HEADERS, FrameHeads.END_STREAM, 5, 10); // trailers
        assertThat(streams.isClosed(5)).isTrue();
    }

    @Test
    void aStreamThatEitherSideResetsIsOver() {
        open(1);
        streams.sent(FrameHeads.RST_STREAM, 0, 1, 0, now);
        assertThat(streams.isClosed(1)).isTrue();
        open(3);
        receive(FrameHeads.RST_STREAM, 0, 3, 4);
        assertThat(streams.isClosed(3)).isTrue();
    }

    @Test
    void aStreamThatWasNotBegunIsNotOver() {
        open(5);
        assertThat(streams.isClosed(3)).isTrue(); // begun by 5 (RFC 9113, section 5.1.1)
        assertThat(streams.isClosed(7)).isFalse();
    }

    @Test
    void oneStreamTooManyIsOverAtOnceUntilThereIsRoom() {
        open(1);
        open(3);
        open(5);
        open(7);
        assertThat(streams.isClosed(7)).isTrue();
        receive(FrameHeads.RST_STREAM, 0, 3, 4);
        open(9);
        assertThat(streams.isClosed(9)).isFalse();
    }

    @Test
    void afterGoAwayStreamsAreOverAtOnceAndItIsDoneWithTheLast() {
        open(1);
        assertThat(streams.isDone()).isFalse();
        assertThat(streams.goAway()).isEqualTo(1);
        open(3);
        assertThat(streams.isClosed(3)).isTrue();
        assertThat(streams.isDone()).isFalse();
        receive(FrameHeads.RST_STREAM, 0, 1, 4);
        assertThat(streams.isDone()).isTrue();
    }

    @Test
    void theConnectionGetsItsBytesBackWheneverHalfOfItsWindowIsGone() {
        open(1);
        open(3);
        open(5);
        receive(FrameHeads.DATA, 0, 1, 20_000);
        receive(FrameHeads.DATA, 0, 3, 20_000);
        assertThat(streams.replenishConnection()).isZero();
        receive(FrameHeads.DATA, 0, 5, 9_999);
        assertThat(streams.replenishConnection()).isZero();
        receive(FrameHeads.DATA, 0, 5, 1);
        assertThat(streams.replenishConnection()).isEqualTo(50_000);
        assertThat(streams.replenishConnection()).isZero();
    }

    @Test
    void bytesForStreamsThatAreOverGoBackToTheConnection() {
        open(1);
        receive(FrameHeads.RST_STREAM, 0, 1, 4);
        assertThat(receive(FrameHeads.DATA, 0, 1, 50_000)).isEqualTo(StreamLedger.NO_ERROR);
        assertThat(streams.replenishConnection()).isEqualTo(50_000);
    }

    @Test
    void aByteMoreThanTheWindowTakesIsAnError() {
        open(1);
        assertThat(receive(FrameHeads.DATA, 0, 1, 20_000)).isEqualTo(StreamLedger.NO_ERROR);
        assertThat(receive(FrameHeads.DATA, 0, 1, 1)).isEqualTo(StreamLedger.FLOW_CONTROL_ERROR);
    }

    @Test
    void aWindowGrowsWhileItIsReadAndTheOthersLeaveRoom() {
        open(1);
        receive(FrameHeads.DATA, 0, 1, 10_000);
        assertThat(streams.replenish(1, 10_000)).isEqualTo(10_000 + 40_000); // all that is left for growing
        assertThat(streams.replenish(1, 0)).isZero();
        open(3);
        assertThat(streams.replenish(3, 0)).isZero();
        receive(FrameHeads.RST_STREAM, 0, 1, 4);
        assertThat(streams.replenish(3, 0)).isEqualTo(40_000);
    }

    @Test
    void aWindowGrowsSixteenfoldButNotBeyondItsBound() {
        StreamLedger roomy = new StreamLedger(
                new Http2Limits(20_000, 500_000, 1_000_000, ALL, 3, 5, 5, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                counts,
                new UnreadUploads(1_000_000).open(null),
                0);
        roomy.received(FrameHeads.HEADERS, 0, 1, 10, 0);
        assertThat(roomy.replenish(1, 0)).isEqualTo(300_000);
        assertThat(roomy.replenish(1, 0)).isEqualTo(180_000);
        assertThat(roomy.replenish(1, 0)).isZero();
    }

    @Test
    void aWindowIsFilledUpWhenAnEighthOfItWasRead() {
        open(1);
        assertThat(streams.replenish(1, 0)).isEqualTo(40_000); // it is 60,000 now
        receive(FrameHeads.DATA, 0, 1, 20_000);
        assertThat(streams.replenish(1, 7_000)).isZero();
        assertThat(streams.replenish(1, 499)).isZero();
        assertThat(streams.replenish(1, 1)).isEqualTo(7_500);
        assertThat(streams.replenish(1, 12_500)).isEqualTo(12_500);
    }

    @Test
    void whatAClientMaySendIsWhatItWasTold() {
        open(1);
        streams.replenish(1, 0);
        receive(FrameHeads.DATA, 0, 1, 7_000);
        assertThat(streams.replenish(1, 7_000)).isZero();
        assertThat(receive(FrameHeads.DATA, 0, 1, 53_000)).isEqualTo(StreamLedger.NO_ERROR);
        assertThat(receive(FrameHeads.DATA, 0, 1, 1)).isEqualTo(StreamLedger.FLOW_CONTROL_ERROR);
    }

    @Test
    void aWindowGrowsNoLongerThanTheBodyThatWasAnnounced() {
        open(1);
        streams.announced(1, 30_000);
        assertThat(streams.replenish(1, 0)).isEqualTo(10_000);
        assertThat(streams.replenish(1, 0)).isZero();
        open(3);
        streams.announced(3, 100);
        assertThat(streams.replenish(3, 0)).isZero();
        open(5);
        streams.announced(5, Long.MAX_VALUE);
        assertThat(streams.replenish(5, 0)).isEqualTo(30_000);
        streams.announced(7, 100); // never was
    }

    @Test
    void whatHasEndedOrIsOverNeedsNoWindow() {
        open(1);
        receive(FrameHeads.DATA, FrameHeads.END_STREAM, 1, 10_000);
        assertThat(streams.replenish(1, 10_000)).isZero();
        assertThat(streams.replenish(9, 10_000)).isZero();
    }

    @Test
    void oneResetTooManyWithinAMinuteIsAnErrorFromEitherEnd() {
        for (int i = 0; i < 2; i++) {
            open(2 * i + 1);
            receive(FrameHeads.RST_STREAM, 0, 2 * i + 1, 4);
        }
        for (int i = 2; i < 5; i++) {
            open(2 * i + 1);
            streams.sent(FrameHeads.RST_STREAM, 0, 2 * i + 1, 0, now);
        }
        open(11);
        assertThat(receive(FrameHeads.RST_STREAM, 0, 11, 4)).isEqualTo(StreamLedger.ENHANCE_YOUR_CALM);
    }

    @Test
    void everyMinuteBeginsAnew() {
        for (int i = 0; i < 20; i++) {
            assertThat(receive(FrameHeads.RST_STREAM, 0, 1, 4)).isEqualTo(StreamLedger.NO_ERROR);
            assertThat(receive(6, 0, 0, 8)).isEqualTo(StreamLedger.NO_ERROR);
            now += MINUTE / 5;
        }
    }

    @Test
    void emptyDataCountsUnlessItIsTheEnd() {
        open(1);
        for (int i = 0; i < 5; i++) {
            assertThat(receive(FrameHeads.DATA, 0, 1, 0)).isEqualTo(StreamLedger.NO_ERROR);
        }
        assertThat(receive(FrameHeads.DATA, FrameHeads.END_STREAM, 1, 0)).isEqualTo(StreamLedger.NO_ERROR);
        open(3);
        assertThat(receive(FrameHeads.DATA, 0, 3, 0)).isEqualTo(StreamLedger.ENHANCE_YOUR_CALM);
    }

    @Test
    void continuationsAreCounted() {
        for (int i = 0; i < 5; i++) {
            assertThat(receive(FrameHeads.CONTINUATION, 0, 1, 0)).isEqualTo(StreamLedger.NO_ERROR);
        }
        assertThat(receive(FrameHeads.CONTINUATION, 0, 1, 0)).isEqualTo(StreamLedger.ENHANCE_YOUR_CALM);
        assertThat(receive(FrameHeads.CONTINUATION, 0, 1, 0)).isEqualTo(StreamLedger.ENHANCE_YOUR_CALM);
        assertThat(counts.limitsReached()).containsEntry(ListenerLimit.MAX_CONTROL_FRAMES, 1L);
    }

    @Test
    void aConnectionIsIdleSinceItsLastStreamWasOver() {
        now = 100;
        assertThat(streams.hasBegun()).isFalse();
        assertThat(streams.idleFor(now)).isEqualTo(100);
        open(1);
        assertThat(streams.hasBegun()).isTrue();
        assertThat(streams.idleFor(now)).isZero();
        open(3);
        streams.sent(FrameHeads.RST_STREAM, 0, 1, 0, 200);
        assertThat(streams.idleFor(250)).isZero();
        assertThat(streams.open()).isOne();
        streams.sent(FrameHeads.RST_STREAM, 0, 3, 0, 300);
        assertThat(streams.idleFor(350)).isEqualTo(50);
        assertThat(counts.streamsBegun()).isEqualTo(2);
    }

    @Test
    void windowUpdatesAreCountedThatNothingThatWasSentIsTheReasonFor() {
        open(1);
        streams.sent(FrameHeads.DATA, 0, 1, 10 * 1024, now);
        for (int i = 0; i < 2 + 2 + 10 + 5; i++) { // for the stream, for the frame, for its bytes, and what is free
            assertThat(receive(FrameHeads.WINDOW_UPDATE, 0, i % 2, 4)).isEqualTo(StreamLedger.NO_ERROR);
        }
        assertThat(receive(FrameHeads.WINDOW_UPDATE, 0, 0, 4)).isEqualTo(StreamLedger.ENHANCE_YOUR_CALM);
        assertThat(counts.limitsReached()).containsEntry(ListenerLimit.MAX_CONTROL_FRAMES, 1L);
    }

    private StreamLedger from(@Nullable InetAddress address) {
        Http2Limits limits =
                new Http2Limits(20_000, 70_000, 1_000_000, ALL, 9, 5, 5, Duration.ofSeconds(1), Duration.ofSeconds(1));
        StreamLedger ledger = new StreamLedger(limits, counts, unread.open(address), now);
        ledger.received(FrameHeads.HEADERS, 0, 1, 10, now);
        ledger.received(FrameHeads.HEADERS, 0, 3, 10, now);
        return ledger;
    }

    private int data(StreamLedger ledger, int stream, int length) {
        assertThat(ledger.received(FrameHeads.DATA, 0, stream, length, now)).isEqualTo(StreamLedger.NO_ERROR);
        return ledger.tooMuchUnread();
    }

    @Test
    void theConnectionsOfAnAddressMayHaveAQuarterOfWhatIsUnread() {
        StreamLedger one = from(HERE);
        StreamLedger another = from(HERE);
        assertThat(data(one, 1, 20_000)).isZero();
        assertThat(data(another, 1, 5_000)).isZero();
        assertThat(data(another, 1, 1)).isEqualTo(1);
        assertThat(data(another, 1, 1)).as("told once").isZero();
        assertThat(data(another, 3, 1)).isEqualTo(3);
        assertThat(counts.limitsReached()).containsEntry(ListenerLimit.MAX_UNREAD_UPLOADS, 2L);

        one.read(1, 20_000);
        assertThat(data(one, 3, 19_000)).isZero();
        another.closed();
        one.received(FrameHeads.RST_STREAM, 0, 3, 4, now);
        assertThat(unread.bytes()).isZero();
        one.closed();
        assertThat(unread.addresses()).isZero();
    }

    @Test
    void ifAllConnectionsHaveTooMuchUnreadOnlyStreamsWithMoreThanTheirFirstWindowAreReset() {
        StreamLedger proxy = from(null);
        proxy.replenish(1, 0); // to 70,000
        StreamLedger another = from(null);
        another.replenish(1, 0);
        assertThat(data(proxy, 1, 70_000)).isZero();
        assertThat(data(another, 1, 20_000)).isZero();
        assertThat(data(another, 3, 20_000)).isZero();
        assertThat(data(another, 1, 1)).isEqualTo(1);
    }

    @Test
    void whileMuchIsUnreadAStreamThatIsReadGetsNoMoreThanItsFirstWindow() {
        StreamLedger grown = from(null);
        grown.replenish(1, 0); // to 70,000
        StreamLedger unreadOne = from(null);
        unreadOne.replenish(1, 0);
        data(grown, 1, 50_000);
        data(unreadOne, 1, 51_000);

        StreamLedger fresh = from(HERE);
        for (int i = 0; i < 10; i++) {
            assertThat(data(fresh, 1, 20_000)).isZero();
            assertThat(fresh.read(1, 20_000)).isEqualTo(20_000);
        }
        assertThat(grown.read(1, 50_000)).as("it may still send 20,000").isZero();
        data(grown, 1, 20_000);
        assertThat(grown.read(1, 20_000)).isEqualTo(20_000);

        unreadOne.received(FrameHeads.RST_STREAM, 0, 1, 4, now);
        data(grown, 1, 20_000);
        assertThat(grown.read(1, 20_000)).as("all that was kept back").isEqualTo(70_000);
        data(fresh, 1, 20_000);
        assertThat(fresh.read(1, 20_000)).isEqualTo(20_000 + 12_500); // half of its share
    }

    @Test
    void windowsGrowWithinHalfOfTheShareOfTheirAddress() {
        StreamLedger here = from(HERE);
        data(here, 1, 12_501);
        assertThat(here.replenish(3, 0)).isZero();
        assertThat(from(null).replenish(3, 0)).isEqualTo(37_499); // half of what all may have
        here.read(1, 10_000);
        assertThat(here.replenish(3, 0)).isEqualTo(9_999);
    }

    @Test
    void aWindowThatPaddingHasUsedIsReplenishedAlthoughHardlyAnythingIsRead() {
        open(1);
        OpenStreams.Stream stream = Objects.requireNonNull(streams.find(1));
        int window = 20_000;
        for (int i = 0; i < 1_000; i++) {
            assertThat(receive(FrameHeads.DATA, 0, 1, 257)).isEqualTo(StreamLedger.NO_ERROR);
            window += streams.padding(stream, 256) + streams.read(1, 1) - 257;
            assertThat(window).isBetween(10_000, 20_000);
        }
    }

    @Test
    void paddingIsNotUnread() {
        StreamLedger ledger = from(HERE);
        data(ledger, 1, 1_000);
        ledger.padding(Objects.requireNonNull(ledger.find(1)), 100);
        ledger.read(1, 900);
        assertThat(unread.bytes()).isZero();
        ledger.read(1, 5);
        assertThat(unread.bytes()).isZero();
    }

    @Test
    void settingsThatWaitForTheirAcknowledgementAreFew() {
        for (int i = 0; i < 100; i++) {
            assertThat(streams.mayAcknowledge()).isTrue();
            streams.sent(FrameHeads.SETTINGS, 0, 0, 6, now);
            streams.sent(FrameHeads.SETTINGS, FrameHeads.ACK, 0, 0, now);
        }
        for (int i = 0; i < 8; i++) {
            assertThat(streams.mayAcknowledge()).isTrue();
        }
        assertThat(streams.mayAcknowledge()).isFalse();
        assertThat(receive(FrameHeads.SETTINGS, 0, 0, 6)).isEqualTo(StreamLedger.ENHANCE_YOUR_CALM);
    }

    @Test
    void malformedRequestsThatWaitForTheirAnswerAreFew() {
        StreamLedger many = new StreamLedger(
                new Http2Limits(
                        20_000, 70_000, 100 * 20_000, ALL, 100, 5, 1_000, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                counts,
                unread.open(null),
                0);
        int end = FrameHeads.END_STREAM | FrameHeads.END_HEADERS;
        for (int i = 0; i < 9; i++) {
            many.received(FrameHeads.HEADERS, end, 1 + 2 * i, 0, now);
            assertThat(many.mayAnswerMalformed(1 + 2 * i, now)).isEqualTo(i < 8);
        }
        assertThat(many.isClosed(17)).isTrue(); // it is reset
        assertThat(many.open()).isEqualTo(8);

        many.sent(FrameHeads.HEADERS, end, 1, 0, now);
        many.received(FrameHeads.RST_STREAM, 0, 3, 4, now);
        for (int i = 0; i < 3; i++) {
            many.received(FrameHeads.HEADERS, FrameHeads.END_HEADERS, 19 + 2 * i, 0, now);
            assertThat(many.mayAnswerMalformed(19 + 2 * i, now)).isEqualTo(i < 2);
        }
    }
}
