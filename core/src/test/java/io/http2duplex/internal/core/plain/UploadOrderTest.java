package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.TestSession.assertRefused;
import static io.http2duplex.internal.core.plain.TestSession.assertTaken;
import static io.http2duplex.internal.core.plain.TestSession.assertUndecided;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import org.junit.jupiter.api.Test;

class UploadOrderTest {
    private final TestSession test = new TestSession();

    @Test
    void bodiesAreReadInTheOrderOfTheirPosts() {
        assertTaken(test.post(UploadKind.CHUNK, "one"));
        assertTaken(test.post(UploadKind.CHUNK, "two"));

        assertThat(test.read()).isEqualTo("onetwo");
        assertThat(test.session.isInputAtEnd()).isFalse();
    }

    @Test
    void whatHasComeOfAChunkIsReadBeforeTheRestHasCome() {
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        test.receive(chunk, "one");

        assertThat(test.read()).isEqualTo("one");
        assertUndecided(chunk);
    }

    @Test
    void anEndThatOvertakesAChunkWaitsForItsBytes() {
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        test.receive(chunk, "ab");
        PlainUpload end = test.post(UploadKind.END, "");

        assertThat(test.read()).isEqualTo("ab");
        assertThat(test.session.isInputAtEnd()).isFalse();
        assertUndecided(end);

        test.receive(chunk, "cd");
        test.complete(chunk);

        assertTaken(chunk);
        assertTaken(end);
        assertThat(test.wokenUploads()).containsExactly(chunk, end);
        assertThat(test.session.isInputAtEnd()).isFalse();
        assertThat(test.read()).isEqualTo("cd");
        assertThat(test.session.isInputAtEnd()).isTrue();
    }

    @Test
    void theBytesOfInterleavedPostsStayInTheOrderOfThePosts() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        PlainUpload second = test.open(UploadKind.CHUNK);
        test.receive(second, "d");
        test.receive(first, "a");
        test.receive(second, "e");
        test.receive(first, "b");

        assertThat(test.read()).isEqualTo("ab");
        test.receive(first, "c");
        test.complete(first);
        assertThat(test.effects().input()).isTrue();
        assertThat(test.read()).isEqualTo("cde");

        test.receive(second, "f");
        test.complete(second);
        assertThat(test.read()).isEqualTo("f");
    }

    @Test
    void aPostThatOvertookIsAnsweredInItsTurnOnly() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        PlainUpload second = test.post(UploadKind.CHUNK, "b");
        PlainUpload third = test.post(UploadKind.CHUNK, "c");

        assertUndecided(second);
        assertUndecided(third);
        test.complete(first);

        assertTaken(first);
        assertTaken(second);
        assertTaken(third);
        assertThat(test.read()).isEqualTo("bc");
    }

    @Test
    void anEmptyBodyIsTakenAndDeliversNothing() {
        assertTaken(test.post(UploadKind.CHUNK, ""));
        PlainUpload unannounced = test.open(UploadKind.CHUNK);
        test.complete(unannounced);

        assertTaken(unannounced);
        assertThat(test.session.pollInput()).isNull();
        assertThat(test.session.isInputAtEnd()).isFalse();
    }

    @Test
    void anEndWithABodyDeliversItBeforeTheEnd() {
        assertTaken(test.post(UploadKind.END, "last"));

        assertThat(test.session.isInputAtEnd()).isFalse();
        assertThat(test.read()).isEqualTo("last");
        assertThat(test.session.isInputAtEnd()).isTrue();
    }

    @Test
    void aSingleUploadEndsTheClientsSideWithItsBody() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.receive(single, "abc");
        assertThat(test.read()).isEqualTo("abc");
        assertThat(test.session.isInputAtEnd()).isFalse();
        assertUndecided(single);

        test.complete(single);

        assertTaken(single);
        assertThat(test.session.isInputAtEnd()).isTrue();
    }

    @Test
    void aRepeatedEndIsTakenWithoutHarm() {
        test.post(UploadKind.END, "");
        assertTaken(test.open(UploadKind.END));
        assertTaken(test.open(UploadKind.END, 0));

        assertThat(test.session.isInputAtEnd()).isTrue();
        assertThat(test.failure()).isNull();
    }

    @Test
    void anEmptyChunkAfterTheEndIsTakenWithoutHarm() {
        test.post(UploadKind.END, "");

        assertTaken(test.open(UploadKind.CHUNK, 0));
        assertThat(test.failure()).isNull();
    }

    @Test
    void aChunkAfterTheEndIsRefusedAndResets() {
        test.post(UploadKind.END, "");

        assertRefused(test.open(UploadKind.CHUNK, 3), 409, "upload-ended");
        assertThat(test.failure()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void anEndThatBringsBytesAfterTheEndIsRefusedAndResets() {
        test.post(UploadKind.END, "abc");

        assertRefused(test.open(UploadKind.END, 3), 409, "upload-ended");
        assertThat(test.failure()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void aChunkBesideASingleUploadIsRefusedAndResets() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.receive(single, "a");

        assertRefused(test.open(UploadKind.CHUNK), 409, "upload-ended");
        assertRefused(single, 410, "session-reset");
        assertThat(test.failure()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void aDestroyIsTakenAtOnceAndResetsBothDirections() {
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        test.receive(chunk, "a");

        assertTaken(test.open(UploadKind.DESTROY));

        // A refusal would only be an error in the console of the page.
        assertTaken(chunk);
        assertThat(test.failure()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(test.session.isInputAtEnd()).isFalse();
    }

    @Test
    void aDestroyEndsTheDownloadCleanlyUnlessItWasBlocked() {
        test.open(UploadKind.DESTROY);
        assertThat(test.download.next(test.now)).isEqualTo(DownloadStep.END);

        TestSession blocked = new TestSession();
        blocked.download.blocked(blocked.now);
        blocked.open(UploadKind.DESTROY);
        assertThat(blocked.download.next(blocked.now)).isEqualTo(DownloadStep.BREAK_OFF);
    }

    @Test
    void whatComesForAPostThatWasAnsweredChangesNothing() {
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        test.session.reset(new Failure(ErrorCode.CANCELLED, "x"));
        UploadOutcome outcome = chunk.outcome();

        assertThat(chunk.room()).isEqualTo(Upload.DECIDED);
        test.receive(chunk, "abc");
        test.complete(chunk);
        chunk.cut("x", null, test.now);

        assertThat(chunk.outcome()).isSameAs(outcome);
        assertThat(test.read()).isEmpty();
    }
}
