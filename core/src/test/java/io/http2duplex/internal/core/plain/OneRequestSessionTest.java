package io.http2duplex.internal.core.plain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import org.junit.jupiter.api.Test;

class OneRequestSessionTest {
    private final OneRequestSession session = new OneRequestSession(TestSession.LIMITS, MemoryShare.NONE, () -> {});
    private boolean isWoken;

    private Upload upload() {
        return session.upload(-1, () -> isWoken = true);
    }

    private void endDownload() {
        session.end();
        assertThat(session.download().next(0)).isEqualTo(DownloadStep.END);
        session.download().ended(0);
    }

    @Test
    void itEndsWhenBothDirectionsHave() {
        Upload upload = upload();
        upload.received(TestSession.bytes("abc"), 0);
        upload.completed(0);
        assertThat(session.isFinished()).isFalse();
        assertThat(TestSession.text(requireNonNull(session.pollInput()))).isEqualTo("abc");
        assertThat(session.isInputAtEnd()).isTrue();

        endDownload();

        assertThat(session.isFinished()).isTrue();
        assertThat(session.failure()).isNull();
        assertThat(session.dialect()).isEqualTo(Dialect.ONE_REQUEST);
    }

    @Test
    void itEndsWithItsDownloadWhenTheApplicationWantsNoMore() {
        Upload upload = upload();
        upload.received(TestSession.bytes("abc"), 0);
        session.discardInput();
        assertThat(session.pollInput()).isNull();
        assertThat(session.isFinished()).isFalse();

        endDownload();

        assertThat(session.isFinished()).isTrue();
        assertThat(upload.outcome()).isEqualTo(UploadOutcome.TAKEN);
        session.takeEffects().ready().forEach(Runnable::run);
        assertThat(isWoken).isTrue();
    }

    @Test
    void theApplicationMayWantNoMoreAfterTheDownloadHasEnded() {
        Upload upload = upload();
        endDownload();
        assertThat(session.isFinished()).isFalse();

        session.discardInput();

        assertThat(session.isFinished()).isTrue();
        assertThat(upload.outcome()).isEqualTo(UploadOutcome.TAKEN);
    }

    @Test
    void aCutBodyFailsIt() {
        upload().cut("it was reset", null, 0);

        Failure failure = requireNonNull(session.failure());
        assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(failure.reason()).contains("it was reset");
    }

    @Test
    void aBodyThatBeginsAfterItHasFailedIsRefused() {
        session.reset(new Failure(ErrorCode.APPLICATION, "enough"));

        UploadOutcome outcome = requireNonNull(upload().outcome());

        assertThat(requireNonNull(outcome.problem()).status()).isEqualTo(410);
    }
}
