package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.TestSession.LINGER;
import static io.http2duplex.internal.core.plain.TestSession.STALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private final TestSession test = new TestSession();

    @Test
    void aLivelySessionHasNoDeadline() {
        test.write("abc");
        test.take(3);
        test.download.flushed(test.now);
        test.post(UploadKind.CHUNK, "abc");

        assertThat(test.session.deadline()).isEmpty();
        assertThat(test.effects().deadline()).isFalse();
    }

    @Test
    void aClientThatNeitherUploadsNorEndsAfterTheServersEndTimesOut() {
        test.endDownload();
        assertThat(test.effects().deadline()).isTrue();
        assertThat(test.session.deadline()).hasValue(test.now + LINGER);

        test.pass(LINGER - 1);
        assertThat(test.failure()).isNull();
        test.pass(1);

        assertThat(test.failure()).isEqualTo(ErrorCode.TIMED_OUT);
        assertThat(test.session.deadline()).isEmpty();
    }

    @Test
    void anOpenUploadHoldsTheLingerTimeUp() {
        test.endDownload();
        test.pass(LINGER - 1);
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        assertThat(test.session.deadline()).isEmpty();
        test.pass(LINGER * 5);
        assertThat(test.failure()).isNull();

        test.complete(chunk);

        assertThat(test.session.deadline()).hasValue(test.now + LINGER);
        test.pass(LINGER);
        assertThat(test.failure()).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void anUploadThatIsOpenWhenTheServerEndsHoldsTheLingerTimeUp() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.endDownload();

        assertThat(test.session.deadline()).isEmpty();
        test.complete(single);
        assertThat(test.session.isFinished()).isTrue();
        assertThat(test.session.deadline()).isEmpty();
    }

    @Test
    void anEndThatWasAnsweredNeedsNoLingering() {
        test.post(UploadKind.END, "");
        test.endDownload();

        assertThat(test.session.deadline()).isEmpty();
        test.pass(LINGER * 2);
        assertThat(test.failure()).isNull();
    }

    @Test
    void aBrowserThatReadsNothingTimesOut() {
        test.write("abc");
        test.download.blocked(test.now);
        assertThat(test.effects().deadline()).isTrue();
        assertThat(test.session.deadline()).hasValue(test.now + STALL);

        test.pass(STALL - 1);
        assertThat(test.failure()).isNull();
        test.pass(1);

        assertThat(test.failure()).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void theStallTimeRunsFromTheFirstBlockedWrite() {
        test.write("abc");
        test.download.blocked(test.now);
        test.pass(STALL - 1);
        test.download.blocked(test.now);
        test.pass(1);

        assertThat(test.failure()).isEqualTo(ErrorCode.TIMED_OUT);
    }

    @Test
    void everyByteTakenStopsTheStallTime() {
        test.write("abc");
        test.download.blocked(test.now);
        test.pass(STALL - 1);
        test.take(1);
        assertThat(test.session.deadline()).isEmpty();
        test.download.blocked(test.now);
        test.pass(STALL - 1);
        assertThat(test.failure()).isNull();
        test.download.flushed(test.now);

        test.pass(STALL * 2);
        assertThat(test.failure()).isNull();
    }

    @Test
    void aCarrierThatIsBlockedAfterTheFailureSetsNoDeadline() {
        test.session.reset(new Failure(ErrorCode.CANCELLED, "x"));
        test.download.blocked(test.now);

        assertThat(test.session.deadline()).isEmpty();
    }
}
