package io.http2duplex.internal.core.resumable;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A RESET of the client: what the application, other requests and the download see of it. */
class PeerResetTest {
    private final TestResumable test = new TestResumable(new MemoryBudget(0));

    private Failure failure() {
        return requireNonNull(test.session.failure());
    }

    @Test
    void aServersCodeAndAReasonForTheTerminalBecomeACancellationAndALine() {
        test.client.reset(ErrorCode.SHUT_DOWN.number(), "bye\r\n\u001b[31m2026-11-28 ERROR all is lost");
        assertThat(test.post()).isEqualTo(UploadOutcome.PROCESSED);
        assertThat(failure().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(failure().number()).isEqualTo(1);
        assertThat(failure().reason()).isEqualTo("bye\ufffd\ufffd\ufffd[31m2026-11-28 ERROR all is lost");
        assertThat(failure().exception()).hasMessage(failure().reason());
    }

    @Test
    void theFirstResetCountsAndTheDownloadEndsCleanly() {
        test.client.reset(300, "first");
        test.post();
        test.client.reset(301, "second");
        UploadOutcome outcome = requireNonNull(test.post());
        assertThat(failure().number()).isEqualTo(300);
        Problem problem = requireNonNull(outcome.problem());
        assertThat(problem.status()).isEqualTo(410);
        assertThat(problem.number()).isEqualTo(300);
        assertThat(problem.reason()).isEqualTo("first");
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.END);
        assertThat(test.session.reset(Failure.application(302, "third"))).isFalse();
    }

    @Test
    void whatFollowsAResetInItsPostMeansNothing() {
        test.client.write(new byte[10]);
        byte[] reset = new FrameEncoder().reset(300, "now").take().array();
        byte[] data = requireNonNull(test.client.nextPost());
        ByteBuffer body = ByteBuffer.allocate(reset.length + data.length + 16);
        body.put(new FrameEncoder().reset(300, "now").take()).put(data);
        assertThat(test.post(Vectors.bytes(body.flip()))).isEqualTo(UploadOutcome.PROCESSED);
        assertThat(test.session.availableInput()).isZero();
        assertThat(test.session.receivedBytes()).isZero();
    }

    @Test
    void openPostsAreRefusedAndWokenByAReset() {
        int[] woken = new int[1];
        FrameUpload open = test.session.openUpload(test.now, () -> woken[0]++);
        assertThat(open.room()).isEqualTo(Integer.MAX_VALUE);
        test.client.reset(300, "now");
        test.post();
        test.session.takeEffects().ready().forEach(Runnable::run);
        assertThat(requireNonNull(requireNonNull(open.outcome()).problem()).status())
                .isEqualTo(410);
        assertThat(open.room()).isEqualTo(FrameUpload.DECIDED);
        assertThat(woken[0]).isOne();
    }

    @Test
    void theClientIsToldTheApplicationsReasonAndNoOther() {
        test.session.reset(Failure.application(300, "because"));
        test.carry();
        assertThat(test.client.resetNumber()).isEqualTo(300);
        assertThat(test.client.resetReason()).isEqualTo("because");

        TestResumable other = new TestResumable(new MemoryBudget(0));
        other.session.reset(new Failure(ErrorCode.HANDLER_FAILED, "secrets of the server"));
        other.carry();
        assertThat(other.client.resetNumber()).isEqualTo(ErrorCode.HANDLER_FAILED.number());
        assertThat(other.client.resetReason()).isEmpty();
    }
}
