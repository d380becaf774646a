package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.TestSession.assertRefused;
import static io.http2duplex.internal.core.plain.TestSession.assertTaken;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Failure;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a session of dialect 1 tells of itself. */
class CountsTest {
    private final TestSession test = new TestSession();

    @Test
    void whatHasComeAndWhatIsHeldIsCounted() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        PlainUpload second = test.open(UploadKind.CHUNK);
        test.receive(first, "abc");
        test.receive(second, "de");

        assertThat(test.session.receivedBytes()).isEqualTo(5);
        assertThat(test.session.heldInput()).isEqualTo(5);
        assertThat(test.session.availableInput()).isEqualTo(3);
        ByteBuffer target = ByteBuffer.allocate(2);
        assertThat(test.session.readInput(target)).isEqualTo(2);
        assertThat(test.session.receivedBytes()).isEqualTo(5);
        assertThat(test.session.heldInput()).isEqualTo(3);
        assertThat(test.session.availableInput()).isEqualTo(1);
    }

    @Test
    void whatIsWrittenAndWhatWasTakenIsCounted() {
        assertThat(test.session.writeCopy(TestSession.bytes("abc"))).isEqualTo(3);
        assertThat(test.session.heldOutput()).isEqualTo(3);
        assertThat(test.session.sentBytes()).isZero();
        test.take(2);
        assertThat(test.session.heldOutput()).isEqualTo(1);
        assertThat(test.session.sentBytes()).isEqualTo(2);
        assertThat(test.session.dialect()).isEqualTo(Dialect.DIALECT_1);
    }

    @Test
    void aBodyAsLongAsAnnouncedIsTaken() {
        PlainUpload chunk = test.open(UploadKind.CHUNK, 3);
        test.receive(chunk, "abc");
        test.complete(chunk);
        assertTaken(chunk);
    }

    @Test
    void aBodyThatIsTooSlowIsRefusedOnceAndWoken() {
        PlainUpload chunk = test.open(UploadKind.CHUNK, 3);
        test.effects();
        chunk.timedOut("nothing came", test.now);

        assertRefused(chunk, 408, "body-too-slow");
        assertThat(test.failure()).isEqualTo(ErrorCode.UPLOAD_CUT);
        assertThat(test.wokenUploads()).contains(chunk);
        PlainUpload late = test.open(UploadKind.CHUNK);
        var outcome = late.outcome();
        late.timedOut("nothing came", test.now);
        assertThat(late.outcome()).isSameAs(outcome);
    }

    @Test
    void inputIsSignalledWhenTheTurnOfBytesHasComeAndWhenItIsReset() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        PlainUpload second = test.open(UploadKind.CHUNK);
        test.receive(second, "de");
        test.effects();
        test.complete(first);
        assertThat(test.effects().input()).isTrue();
        test.complete(second);
        test.effects();

        test.session.reset(new Failure(ErrorCode.APPLICATION, "enough"));

        assertThat(test.effects().input()).isTrue();
    }

    @Test
    void whatTimesOutNamesTheTimeAndItsOption() {
        test.write("abc");
        test.download.blocked(test.now);
        test.pass(TestSession.STALL);
        assertThat(requireNonNull(test.session.failure()).reason()).contains("within 5000 ms (option stallTimeout)");

        TestSession other = new TestSession();
        other.endDownload();
        other.pass(TestSession.LINGER);
        assertThat(requireNonNull(other.session.failure()).reason()).contains("within 2000 ms (option lingerTimeout)");
    }
}
