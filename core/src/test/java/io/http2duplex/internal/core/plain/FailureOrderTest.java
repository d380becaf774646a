package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.TestSession.assertRefused;
import static io.http2duplex.internal.core.plain.TestSession.assertTaken;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailureOrderTest {
    private final TestSession test = new TestSession();

    @Test
    void anUploadThatIsCutResetsTheDuplex() {
        IOException cause = new IOException("reset");
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.receive(single, "abc");
        single.cut("its stream was reset", cause, test.now);

        assertRefused(single, 400, "body-cut");
        assertThat(requireNonNull(test.session.failure()).code()).isEqualTo(ErrorCode.UPLOAD_CUT);
        assertThat(requireNonNull(test.session.failure()).cause()).isSameAs(cause);
        assertThat(test.session.isInputAtEnd()).isFalse();
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.BREAK_OFF);
        assertThat(test.effects().finished()).isTrue();
    }

    @Test
    void theFirstFailureWins() {
        assertThat(test.session.reset(Failure.application(300, "mine"))).isTrue();
        assertThat(test.session.reset(new Failure(ErrorCode.CONNECTION_LOST, "later")))
                .isFalse();

        assertThat(requireNonNull(test.session.failure()).number()).isEqualTo(300);
        assertThat(test.effects().finished()).isTrue();
        test.session.reset(new Failure(ErrorCode.CANCELLED, "x"));
        assertThat(test.effects().isEmpty()).isTrue();
    }

    @Test
    void aResetTellsEverybody() {
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        test.download.next(test.now);
        test.effects();
        test.session.reset(new Failure(ErrorCode.SHUT_DOWN, "x"));

        Effects effects = test.effects();
        assertThat(effects.input()).isTrue();
        assertThat(effects.output()).isTrue();
        assertThat(test.downloadWoken).isTrue();
        assertThat(effects.finished()).isTrue();
        assertThat(test.woken).containsExactly(chunk);
        assertRefused(chunk, 410, "session-reset");
    }

    @Test
    void anApplicationsReasonReachesThePeerAndAnyOtherDoesNot() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        test.session.reset(Failure.application(1000, "too quiet"));
        TestSession other = new TestSession();
        PlainUpload second = other.open(UploadKind.CHUNK);
        other.session.reset(new Failure(ErrorCode.HANDLER_FAILED, "password=1234", new IllegalStateException("5678")));

        assertThat(TestSession.problem(first).detail()).contains("1000", "APPLICATION", "too quiet");
        assertThat(TestSession.problem(second).detail())
                .contains("3 (HANDLER_FAILED)")
                .doesNotContain("1234", "5678");
    }

    @Test
    void unreadBytesThatAResetDropsNeverLookLikeAnEnd() {
        test.post(UploadKind.END, "abc");
        test.session.reset(new Failure(ErrorCode.CONNECTION_LOST, "x"));

        assertThat(test.session.pollInput()).isNull();
        assertThat(test.session.isInputAtEnd()).isFalse();
    }

    @Test
    void anEndThatWasReadStaysAnEndWhenTheRestFails() {
        test.post(UploadKind.END, "abc");
        test.read();
        test.session.reset(new Failure(ErrorCode.CONNECTION_LOST, "x"));

        assertThat(test.session.isInputAtEnd()).isTrue();
    }

    @Test
    void bytesStayReadableAfterBothSidesHaveEnded() {
        test.post(UploadKind.END, "abc");
        test.endDownload();
        assertThat(test.session.isFinished()).isTrue();
        assertThat(test.session.reset(new Failure(ErrorCode.CONNECTION_LOST, "late")))
                .isFalse();

        assertThat(test.read()).isEqualTo("abc");
        assertThat(test.session.isInputAtEnd()).isTrue();
    }

    @Test
    void aServerThatEndedFirstStillTakesTheClientsBytesAndItsEnd() {
        test.endDownload();
        assertThat(test.session.isFinished()).isFalse();
        test.effects();

        assertTaken(test.post(UploadKind.CHUNK, "abc"));
        assertThat(test.session.isFinished()).isFalse();
        assertTaken(test.post(UploadKind.END, "d"));

        assertThat(test.session.isFinished()).isTrue();
        assertThat(test.effects().finished()).isTrue();
        assertThat(test.read()).isEqualTo("abcd");
        assertThat(test.failure()).isNull();
    }

    @Test
    void aClientThatEndedFirstStillGetsTheServersBytes() {
        assertTaken(test.post(UploadKind.END, ""));
        assertThat(test.session.isFinished()).isFalse();
        test.write("abc");
        test.session.end();

        assertThat(test.take(100)).isEqualTo("abc");
        test.endDownload();
        assertThat(test.session.isFinished()).isTrue();
        assertThat(test.effects().finished()).isTrue();
    }

    @Test
    void aSessionIsOverOnce() {
        test.endDownload();
        test.post(UploadKind.END, "");
        assertThat(test.effects().finished()).isTrue();

        test.download.ended(test.now);
        assertTaken(test.open(UploadKind.END));
        assertTaken(test.open(UploadKind.DESTROY));
        test.pass(TestSession.LINGER * 2);

        assertThat(test.effects().finished()).isFalse();
        assertThat(test.failure()).isNull();
    }

    @Test
    void aPostToAFailedSessionIsRefusedUnlessItDestroys() {
        test.session.reset(new Failure(ErrorCode.CANCELLED, "x"));

        assertRefused(test.open(UploadKind.CHUNK), 410, "session-reset");
        assertTaken(test.open(UploadKind.DESTROY));
    }
}
