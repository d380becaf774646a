package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.TestSession.BOUND;
import static io.http2duplex.internal.core.plain.TestSession.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Failure;
import org.junit.jupiter.api.Test;

class DownloadTest {
    private final TestSession test = new TestSession();

    @Test
    void anIdleCarrierIsWokenOnceForWhatIsWritten() {
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.WAIT);
        test.write("a");
        assertThat(test.isDownloadWoken()).isTrue();
        test.write("b");
        assertThat(test.isDownloadWoken()).isFalse();

        assertThat(test.take(10)).isEqualTo("ab");
    }

    @Test
    void aCarrierThatIsNotIdleIsNotWoken() {
        test.write("a");
        assertThat(test.isDownloadWoken()).isFalse();
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.WRITE);
        test.write("b");
        test.session.end();
        assertThat(test.isDownloadWoken()).isFalse();
    }

    @Test
    void anIdleCarrierIsWokenForTheEnd() {
        test.download.next(test.now);
        test.session.end();

        assertThat(test.isDownloadWoken()).isTrue();
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.END);
        test.session.end();
        assertThat(test.isDownloadWoken()).isFalse();
    }

    @Test
    void theEndComesAfterEveryByte() {
        test.write("abc");
        test.session.end();

        assertThat(test.session.isOutputOpen()).isFalse();
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.WRITE);
        test.take(2);
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.WRITE);
        test.take(1);
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.END);
        assertThat(test.session.isOutputEnded()).isFalse();
        test.download.ended(test.now);
        assertThat(test.session.isOutputEnded()).isTrue();
        assertThat(test.effects().output()).isTrue();
    }

    @Test
    void theRoomIsWhatTheTransportHasNotTaken() {
        assertThat(test.session.outputRoom()).isEqualTo(BOUND);
        test.write("abc");
        assertThat(test.session.outputRoom()).isEqualTo(BOUND - 3);
        test.take(2);
        assertThat(test.session.outputRoom()).isEqualTo(BOUND - 1);
        test.write("0123456789".repeat(3));
        assertThat(test.session.outputRoom()).isZero();
    }

    @Test
    void aWriterThatWaitsIsWokenOnceWhenHalfOfTheBufferIsFree() {
        test.write("0123456789");
        test.session.notifyOutputRoom();
        test.effects();

        test.take(BOUND / 2 - 1);
        assertThat(test.effects().output()).isFalse();
        test.take(1);
        assertThat(test.effects().output()).isTrue();
        test.take(1);
        assertThat(test.effects().output()).isFalse();
    }

    @Test
    void aWriterIsWokenAtTheOffsetThatItAskedFor() {
        long first = test.session.write(bytes("abc"));
        long second = test.session.write(bytes("def"));
        test.session.notifyOutputAt(second);
        test.session.notifyOutputAt(first);

        test.take(3);
        assertThat(test.effects().output()).isTrue();
        assertThat(test.session.takenOffset()).isEqualTo(first);
        test.session.notifyOutputAt(second);
        test.take(3);
        assertThat(test.effects().output()).isTrue();
    }

    @Test
    void anOffsetThatWasReachedAlreadyIsSignalledAtOnce() {
        long offset = test.session.write(bytes("abc"));
        test.take(3);
        test.effects();

        test.session.notifyOutputAt(offset);

        assertThat(test.effects().output()).isTrue();
    }

    @Test
    void aWriterThatWaitsHearsThatItsSideWasEnded() {
        test.write("0123456789");
        test.session.notifyOutputRoom();
        test.effects();

        test.session.end();

        assertThat(test.effects().output()).isTrue();
    }

    @Test
    void aResetDropsWhatWaitsAndAbortsTheCarrier() {
        test.write("abc");
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.WRITE);
        test.session.reset(new Failure(ErrorCode.CANCELLED, "x"));

        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.BREAK_OFF);
        assertThat(test.download.peek()).isNull();
        assertThat(test.session.isOutputOpen()).isFalse();
        assertThat(test.session.isOutputEnded()).isFalse();
    }

    @Test
    void whatTheTransportTookWhileTheSessionWasResetChangesNothing() {
        test.write("abc");
        test.download.next(test.now);
        test.session.reset(new Failure(ErrorCode.CANCELLED, "x"));
        test.effects();

        test.download.taken(3, test.now);
        test.download.ended(test.now);

        assertThat(test.session.takenOffset()).isZero();
        assertThat(test.effects().isEmpty()).isTrue();
    }

    @Test
    void anEndedDownloadStaysEndedWhenTheSessionFails() {
        test.endDownload();
        test.session.reset(new Failure(ErrorCode.UPLOAD_CUT, "x"));

        assertThat(test.session.isOutputEnded()).isTrue();
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.END);
    }
}
