package io.http2duplex.internal.core.resumable.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
    private static final long MILLI = 1_000_000;

    private final Comparison comparison = new Comparison();
    private int token;

    /** {@return whether the stream's PING was slower than the POST's} */
    private boolean compare(long streamMillis, long postMillis) {
        comparison.streamed(streamMillis * MILLI);
        assertThat(comparison.isDue()).isTrue();
        comparison.posted(++token, 0);
        assertThat(comparison.isDue()).isFalse();
        assertThat(comparison.answered(token + 1, postMillis * MILLI))
                .as("another PONG")
                .isFalse();
        boolean slower = comparison.answered(token, postMillis * MILLI);
        assertThat(comparison.answered(token, postMillis * MILLI))
                .as("it came twice")
                .isFalse();
        return slower;
    }

    @Test
    void aPostIsDueWhenAPingOfTheStreamHasTakenMoreThan100Milliseconds() {
        comparison.streamed(100 * MILLI);
        assertThat(comparison.isDue()).isFalse();
        comparison.streamed(100 * MILLI + 1);
        assertThat(comparison.isDue()).isTrue();
        comparison.streamed(0);
        assertThat(comparison.isDue()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"120, 20, false", "121, 20, true", "600, 400, false", "601, 400, true"})
    void theStreamIsSlowerByMoreThan100MillisecondsAndHalfOfThePostsTime(long stream, long post, boolean slower) {
        assertThat(compare(stream, post)).isEqualTo(slower);
    }

    @Test
    void itIsOverAfterThreeInARow() {
        compare(300, 20);
        compare(300, 20);
        compare(300, 290);
        compare(300, 20);
        compare(300, 20);
        assertThat(comparison.isOver()).isFalse();
        compare(300, 20);
        assertThat(comparison.isOver()).isTrue();
    }

    @Test
    void aPingOfTheStreamThatIsInTimeBreaksTheRow() {
        compare(300, 20);
        compare(300, 20);
        comparison.streamed(20 * MILLI);
        compare(300, 20);
        assertThat(comparison.isOver()).isFalse();
    }

    @Test
    void eightPostsAreSpentAtMost() {
        for (int i = 0; i < 8; i++) {
            compare(300, 290);
        }
        comparison.streamed(300 * MILLI);
        assertThat(comparison.isDue()).isFalse();
    }
}
