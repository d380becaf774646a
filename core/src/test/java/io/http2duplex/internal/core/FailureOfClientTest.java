package io.http2duplex.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the RESET of a client: a failure that the application may trust and log. */
class FailureOfClientTest {
    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "PROTOCOL_ERROR", "CONNECTION_LOST", "ABORTED"})
    void aCodeThatAClientMayUseStaysWhatItIs(ErrorCode code) {
        Failure failure = Failure.ofClient(code.number(), "why");
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.number()).isEqualTo(code.number());
        assertThat(failure.reason()).isEqualTo("why");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"CANCELLED", "PROTOCOL_ERROR", "CONNECTION_LOST", "ABORTED", "APPLICATION"},
            mode = EnumSource.Mode.EXCLUDE)
    void aCodeThatOnlyAServerMayUseIsACancellation(ErrorCode code) {
        Failure failure = Failure.ofClient(code.number(), "why");
        assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(failure.number()).isEqualTo(ErrorCode.CANCELLED.number());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 13, 255})
    void anUnknownNumberIsACancellation(int number) {
        assertThat(Failure.ofClient(number, "").number()).isEqualTo(ErrorCode.CANCELLED.number());
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 300, 65_535})
    void anApplicationsNumberIsKept(int number) {
        Failure failure = Failure.ofClient(number, "");
        assertThat(failure.code()).isEqualTo(ErrorCode.APPLICATION);
        assertThat(failure.number()).isEqualTo(number);
    }

    @Test
    void aReasonCanNeitherEndALineNorMoveACursorNorTurnTextAround() {
        Failure failure = Failure.ofClient(300, "a\r\nb\u001b[2Jc\u0000\u007f\u009b\u2028\u202ed\u2066\u200f \u00fc");
        assertThat(failure.reason())
                .isEqualTo("a\ufffd\ufffdb\ufffd[2Jc\ufffd\ufffd\ufffd\ufffd\ufffdd\ufffd\ufffd \u00fc");
    }

    @Test
    void aLongReasonLosesItsEndButNotHalfACharacter() {
        assertThat(Failure.ofClient(300, "x".repeat(1000)).reason()).hasSize(1000);
        assertThat(Failure.ofClient(300, "x".repeat(1001)).reason()).isEqualTo("x".repeat(1000));
        String astral = "x".repeat(999) + "\ud83d\ude00";
        assertThat(Failure.ofClient(300, astral).reason()).isEqualTo("x".repeat(999));
        assertThat(Failure.ofClient(300, "x" + "y".repeat(997) + "\ud83d\ude00z")
                        .reason())
                .endsWith("\ud83d\ude00");
    }
}
