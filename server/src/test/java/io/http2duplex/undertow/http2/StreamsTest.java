package io.http2duplex.undertow.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StreamsTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int CONNECTION_WINDOW = 100_000;

    private final PortCounts counts = new PortCounts();
    private final Streams streams = new Streams(
            new Http2Limits(20_000, 70_000, CONNECTION_WINDOW, 3, 5, 5, Duration.ofSeconds(1), Duration.ofSeconds(1)),
            counts,
            0);
    private long now;

    private int receive(int type, int flags, int stream, int length) {
        return streams.received(type, flags, stream, length, now);
    }

    private void open(int stream) {
        assertThat(receive(Frames.HEADERS, 0, stream, 10)).isEqualTo(Streams.NO_ERROR);
    }

    @Test
    void aStreamIsOverWhenBothSidesHaveEndedIt() {
        open(1);
        receive(Frames.DATA, Frames.END_STREAM, 1, 10);
        assertThat(streams.isOver(1)).isFalse();
        streams.sent(Frames.HEADERS, 0, 1, 0, now);
        streams.sent(Frames.DATA, Frames.END_STREAM, 1, 0, now);
        assertThat(streams.isOver(1)).isTrue();

        receive(Frames.HEADERS, Frames.END_STREAM, 3, 10);
        streams.sent(Frames.HEADERS, Frames.END_STREAM, 3, 0, now);
        assertThat(streams.isOver(3)).isTrue();

        open(5);
        streams.sent(Frames.DATA, Frames.END_STREAM, 5, 0, now);
        assertThat(streams.isOver(5)).isFalse();
        receive(Frames.HEADERS, Frames.END_STREAM, 5, 10); // trailers
        assertThat(streams.isOver(5)).isTrue();
    }

    @Test
    void aStreamThatEitherSideResetsIsOver() {
        open(1);
        streams.sent(Frames.RST_STREAM, 0, 1, 0, now);
        assertThat(streams.isOver(1)).isTrue();
        open(3);
        receive(Frames.RST_STREAM, 0, 3, 4);
        assertThat(streams.isOver(3)).isTrue();
    }

    @Test
    void aStreamThatWasNotBegunIsNotOver() {
        open(5);
        assertThat(streams.isOver(3)).isTrue(); // begun by 5 (RFC 9113, section 5.1.1)
        assertThat(streams.isOver(7)).isFalse();
    }

    @Test
    void oneStreamTooManyIsOverAtOnceUntilThereIsRoom() {
        open(1);
        open(3);
        open(5);
        open(7);
        assertThat(streams.isOver(7)).isTrue();
        receive(Frames.RST_STREAM, 0, 3, 4);
        open(9);
        assertThat(streams.isOver(9)).isFalse();
    }

    @Test
    void afterGoAwayStreamsAreOverAtOnceAndItIsDoneWithTheLast() {
        open(1);
        assertThat(streams.isDone()).isFalse();
        assertThat(streams.goAway()).isEqualTo(1);
        open(3);
        assertThat(streams.isOver(3)).isTrue();
        assertThat(streams.isDone()).isFalse();
        receive(Frames.RST_STREAM, 0, 1, 4);
        assertThat(streams.isDone()).isTrue();
    }

    @Test
    void theConnectionGetsItsBytesBackWheneverHalfOfItsWindowIsGone() {
        open(1);
        open(3);
        open(5);
        receive(Frames.DATA, 0, 1, 20_000);
        receive(Frames.DATA, 0, 3, 20_000);
        assertThat(streams.fillUpConnection()).isZero();
        receive(Frames.DATA, 0, 5, 9_999);
        assertThat(streams.fillUpConnection()).isZero();
        receive(Frames.DATA, 0, 5, 1);
        assertThat(streams.fillUpConnection()).isEqualTo(50_000);
        assertThat(streams.fillUpConnection()).isZero();
    }

    @Test
    void bytesForStreamsThatAreOverGoBackToTheConnection() {
        open(1);
        receive(Frames.RST_STREAM, 0, 1, 4);
        assertThat(receive(Frames.DATA, 0, 1, 50_000)).isEqualTo(Streams.NO_ERROR);
        assertThat(streams.fillUpConnection()).isEqualTo(50_000);
    }

    @Test
    void aByteMoreThanTheWindowTakesIsAnError() {
        open(1);
        assertThat(receive(Frames.DATA, 0, 1, 20_000)).isEqualTo(Streams.NO_ERROR);
        assertThat(receive(Frames.DATA, 0, 1, 1)).isEqualTo(Streams.FLOW_CONTROL_ERROR);
    }

    @Test
    void aWindowGrowsWhileItIsReadAndTheOthersLeaveRoom() {
        open(1);
        receive(Frames.DATA, 0, 1, 10_000);
        assertThat(streams.fillUp(1, 10_000)).isEqualTo(10_000 + 40_000); // all that is left for growing
        assertThat(streams.fillUp(1, 0)).isZero();
        open(3);
        assertThat(streams.fillUp(3, 0)).isZero();
        receive(Frames.RST_STREAM, 0, 1, 4);
        assertThat(streams.fillUp(3, 0)).isEqualTo(40_000);
    }

    @Test
    void aWindowGrowsSixteenfoldButNotBeyondItsBound() {
        Streams roomy = new Streams(
                new Http2Limits(20_000, 500_000, 1_000_000, 3, 5, 5, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                counts,
                0);
        roomy.received(Frames.HEADERS, 0, 1, 10, 0);
        assertThat(roomy.fillUp(1, 0)).isEqualTo(300_000);
        assertThat(roomy.fillUp(1, 0)).isEqualTo(180_000);
        assertThat(roomy.fillUp(1, 0)).isZero();
    }

    @Test
    void aWindowIsFilledUpWhenAnEighthOfItWasRead() {
        open(1);
        assertThat(streams.fillUp(1, 0)).isEqualTo(40_000); // it is 60,000 now
        receive(Frames.DATA, 0, 1, 20_000);
        assertThat(streams.fillUp(1, 7_000)).isZero();
        assertThat(streams.fillUp(1, 499)).isZero();
        assertThat(streams.fillUp(1, 1)).isEqualTo(7_500);
        assertThat(streams.fillUp(1, 12_500)).isEqualTo(12_500);
    }

    @Test
    void whatAClientMaySendIsWhatItWasTold() {
        open(1);
        streams.fillUp(1, 0);
        receive(Frames.DATA, 0, 1, 7_000);
        assertThat(streams.fillUp(1, 7_000)).isZero();
        assertThat(receive(Frames.DATA, 0, 1, 53_000)).isEqualTo(Streams.NO_ERROR);
        assertThat(receive(Frames.DATA, 0, 1, 1)).isEqualTo(Streams.FLOW_CONTROL_ERROR);
    }

    @Test
    void aWindowGrowsNoLongerThanTheBodyThatWasAnnounced() {
        open(1);
        streams.announced(1, 30_000);
        assertThat(streams.fillUp(1, 0)).isEqualTo(10_000);
        assertThat(streams.fillUp(1, 0)).isZero();
        open(3);
        streams.announced(3, 100);
        assertThat(streams.fillUp(3, 0)).isZero();
        open(5);
        streams.announced(5, Long.MAX_VALUE);
        assertThat(streams.fillUp(5, 0)).isEqualTo(30_000);
        streams.announced(7, 100); // never was
    }

    @Test
    void whatHasEndedOrIsOverNeedsNoWindow() {
        open(1);
        receive(Frames.DATA, Frames.END_STREAM, 1, 10_000);
        assertThat(streams.fillUp(1, 10_000)).isZero();
        assertThat(streams.fillUp(9, 10_000)).isZero();
    }

    @Test
    void oneResetTooManyWithinAMinuteIsAnErrorWhoeverMadeThem() {
        for (int i = 0; i < 2; i++) {
            open(2 * i + 1);
            receive(Frames.RST_STREAM, 0, 2 * i + 1, 4);
        }
        for (int i = 2; i < 5; i++) {
            open(2 * i + 1);
            streams.sent(Frames.RST_STREAM, 0, 2 * i + 1, 0, now);
        }
        open(11);
        assertThat(receive(Frames.RST_STREAM, 0, 11, 4)).isEqualTo(Streams.ENHANCE_YOUR_CALM);
    }

    @Test
    void everyMinuteBeginsAnew() {
        for (int i = 0; i < 20; i++) {
            assertThat(receive(Frames.RST_STREAM, 0, 1, 4)).isEqualTo(Streams.NO_ERROR);
            assertThat(receive(6, 0, 0, 8)).isEqualTo(Streams.NO_ERROR);
            now += MINUTE / 5;
        }
    }

    @Test
    void emptyDataCountsUnlessItIsTheEnd() {
        open(1);
        for (int i = 0; i < 5; i++) {
            assertThat(receive(Frames.DATA, 0, 1, 0)).isEqualTo(Streams.NO_ERROR);
        }
        assertThat(receive(Frames.DATA, Frames.END_STREAM, 1, 0)).isEqualTo(Streams.NO_ERROR);
        open(3);
        assertThat(receive(Frames.DATA, 0, 3, 0)).isEqualTo(Streams.ENHANCE_YOUR_CALM);
    }

    @Test
    void continuationsAreCounted() {
        for (int i = 0; i < 5; i++) {
            assertThat(receive(Frames.CONTINUATION, 0, 1, 0)).isEqualTo(Streams.NO_ERROR);
        }
        assertThat(receive(Frames.CONTINUATION, 0, 1, 0)).isEqualTo(Streams.ENHANCE_YOUR_CALM);
        assertThat(receive(Frames.CONTINUATION, 0, 1, 0)).isEqualTo(Streams.ENHANCE_YOUR_CALM);
        assertThat(counts.limitsReached()).containsEntry(PortLimit.MAX_CONTROL_FRAMES, 1L);
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
        streams.sent(Frames.RST_STREAM, 0, 1, 0, 200);
        assertThat(streams.idleFor(250)).isZero();
        assertThat(streams.count()).isOne();
        streams.sent(Frames.RST_STREAM, 0, 3, 0, 300);
        assertThat(streams.idleFor(350)).isEqualTo(50);
        assertThat(counts.streamsBegun()).isEqualTo(2);
    }

    @Test
    void windowUpdatesAreCountedThatNothingThatWasSentIsTheReasonFor() {
        open(1);
        streams.sent(Frames.DATA, 0, 1, 10 * 1024, now);
        for (int i = 0; i < 2 + 2 + 10 + 5; i++) { // for the stream, for the frame, for its bytes, and what is free
            assertThat(receive(Frames.WINDOW_UPDATE, 0, i % 2, 4)).isEqualTo(Streams.NO_ERROR);
        }
        assertThat(receive(Frames.WINDOW_UPDATE, 0, 0, 4)).isEqualTo(Streams.ENHANCE_YOUR_CALM);
        assertThat(counts.limitsReached()).containsEntry(PortLimit.MAX_CONTROL_FRAMES, 1L);
    }
}
