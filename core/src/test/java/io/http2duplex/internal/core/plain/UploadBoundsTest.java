package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.TestSession.BOUND;
import static io.http2duplex.internal.core.plain.TestSession.assertRefused;
import static io.http2duplex.internal.core.plain.TestSession.assertTaken;
import static io.http2duplex.internal.core.plain.TestSession.assertUndecided;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import org.junit.jupiter.api.Test;

class UploadBoundsTest {
    private final TestSession test = new TestSession();

    @Test
    void anUploadIsReadAsFarAsTheBufferHasRoom() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        assertThat(single.room()).isEqualTo(BOUND);
        test.receive(single, "123456");
        assertThat(single.room()).isEqualTo(BOUND - 6);
    }

    @Test
    void anUploadThatPausedIsResumedOnceWhenHalfOfTheBufferIsFree() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.receive(single, "0123456789");
        assertThat(single.room()).isZero();
        test.effects();

        test.read(BOUND / 2 - 1);
        assertThat(test.wokenUploads()).isEmpty();
        test.read(1);
        assertThat(test.wokenUploads()).containsExactly(single);
        test.read(1);
        assertThat(test.wokenUploads()).isEmpty();
        assertThat(single.room()).isEqualTo(BOUND / 2 + 1);
    }

    @Test
    void anUploadThatNeverPausedIsNotResumed() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.receive(single, "0123456789");
        test.effects();

        test.read();

        assertThat(test.wokenUploads()).isEmpty();
    }

    @Test
    void aBodyThatIsAllHereCanCompleteWithoutRoom() {
        PlainUpload chunk = test.open(UploadKind.CHUNK, BOUND);
        test.receive(chunk, "0123456789");

        assertThat(chunk.room()).isPositive();
        test.complete(chunk);

        assertTaken(chunk);
        assertThat(test.read()).isEqualTo("0123456789");
    }

    @Test
    void theNextChunkWaitsWhileTheBufferIsFull() {
        test.post(UploadKind.CHUNK, "0123456789");
        PlainUpload next = test.open(UploadKind.CHUNK, 3);

        assertThat(next.room()).isZero();
        assertUndecided(next);
        test.read();
        assertThat(test.wokenUploads()).contains(next);
    }

    @Test
    void onlyTheFirstBytesInAnEmptyBufferAreSignalled() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        test.receive(single, "a");
        assertThat(test.effects().input()).isTrue();
        test.receive(single, "b");
        assertThat(test.effects().input()).isFalse();
        test.read();
        test.receive(single, "c");
        assertThat(test.effects().input()).isTrue();
    }

    @Test
    void bytesOutOfTurnBeyondTheBoundReset() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        PlainUpload second = test.open(UploadKind.CHUNK);
        test.receive(second, "0123456789");
        assertUndecided(second);
        assertThat(second.room())
                .as("so that its end, or one byte too many, is seen")
                .isEqualTo(1);

        test.receive(second, "x");

        assertRefused(second, 413, "out-of-turn");
        assertRefused(first, 410, "session-reset");
        assertThat(test.failure()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void theBoundOutOfTurnIsOneForAllPosts() {
        test.open(UploadKind.CHUNK);
        PlainUpload second = test.open(UploadKind.CHUNK);
        PlainUpload third = test.open(UploadKind.CHUNK);
        test.receive(second, "01234");

        assertThat(third.room()).isEqualTo(BOUND - 5);
        test.receive(third, "012345");

        assertRefused(third, 413, "out-of-turn");
    }

    @Test
    void postsThatOvertakeEmptyOnesDoNotGrowTheBufferBeyondTwiceItsBound() {
        for (int i = 0; i < 5; i++) {
            PlainUpload empty = test.open(UploadKind.CHUNK, 0);
            PlainUpload overtaking = test.open(UploadKind.CHUNK, BOUND);
            test.receive(overtaking, "0123456789");
            test.complete(overtaking);
            test.complete(empty);
        }

        assertThat(test.session.availableInput()).isLessThanOrEqualTo(2 * BOUND);
        assertThat(test.failure()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void tooManyPostsAtOnceAreRefusedWithoutHarm() {
        PlainUpload first = test.open(UploadKind.CHUNK);
        for (int i = 1; i < TestSession.LIMITS.maxOpenUploads(); i++) {
            assertUndecided(test.open(UploadKind.CHUNK));
        }

        assertRefused(test.open(UploadKind.CHUNK), 429, "too-many-uploads");
        assertRefused(test.open(UploadKind.END), 429, "too-many-uploads");

        assertThat(test.failure()).isNull();
        assertUndecided(first);
        test.complete(first);
        assertUndecided(test.open(UploadKind.CHUNK));
    }

    @Test
    void aBodyLongerThanAnnouncedResets() {
        PlainUpload chunk = test.open(UploadKind.CHUNK, 2);
        test.receive(chunk, "abc");

        assertRefused(chunk, 400, "bad-headers");
        assertThat(test.failure()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void aBodyShorterThanAnnouncedIsCut() {
        PlainUpload end = test.open(UploadKind.END, 3);
        test.receive(end, "ab");
        test.complete(end);

        assertRefused(end, 400, "body-cut");
        assertThat(test.failure()).isEqualTo(ErrorCode.UPLOAD_CUT);
        assertThat(test.session.isInputAtEnd()).isFalse();
    }

    @Test
    void aChunkThatGrowsOverTheLimitResets() {
        PlainUpload chunk = test.open(UploadKind.CHUNK);
        for (int i = 0; i < 3; i++) {
            test.receive(chunk, "0123456789");
            test.read();
        }
        assertUndecided(chunk);
        test.receive(chunk, "x");

        assertRefused(chunk, 413, "chunk-too-large");
        assertThat(test.failure()).isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void aSingleUploadHasNoLimit() {
        PlainUpload single = test.open(UploadKind.SINGLE);
        for (int i = 0; i < 20; i++) {
            test.receive(single, "0123456789");
            assertThat(test.read()).isEqualTo("0123456789");
        }
        assertUndecided(single);
    }

    @Test
    void anApplicationThatWantsNoMoreStillAnswersEveryPost() {
        test.post(UploadKind.CHUNK, "0123456789");
        PlainUpload paused = test.open(UploadKind.CHUNK);
        assertThat(paused.room()).isZero();
        PlainUpload overtaking = test.open(UploadKind.SINGLE);
        test.receive(overtaking, "abc");
        test.effects();

        test.session.discardInput();

        assertThat(test.wokenUploads()).containsExactly(paused);
        assertThat(paused.room()).isGreaterThan(BOUND);
        assertThat(overtaking.room()).isGreaterThan(BOUND);
        test.receive(overtaking, "0123456789".repeat(100));
        test.receive(paused, "d");
        test.complete(paused);
        test.complete(overtaking);
        assertTaken(paused);
        assertTaken(overtaking);
        assertThat(test.read()).isEmpty();
        assertThat(test.session.isInputAtEnd()).isTrue();
        assertThat(test.failure()).isNull();
    }
}
