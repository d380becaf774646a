package io.http2duplex.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SpareBuffersTest {
    private final SpareBuffers spares = new SpareBuffers();

    @Test
    void whatWasGivenIsTakenAgain() {
        ByteBuffer first = spares.take(5000).limit(7).position(3);
        spares.give(first);

        ByteBuffer again = spares.take(4000);

        assertThat(again).isSameAs(first);
        assertThat(again.position()).isZero();
        assertThat(again.limit()).isZero();
        assertThat(spares.isEmpty()).isTrue();
    }

    @Test
    void oneThatIsTooSmallMakesRoomForALargerOne() {
        spares.give(spares.take(2000));

        assertThat(spares.take(2001).capacity()).isEqualTo(2001);
        assertThat(spares.isEmpty()).isTrue();
    }

    @Test
    void smallOnesAreNotKept() {
        spares.give(spares.take(1023));

        assertThat(spares.isEmpty()).isTrue();
    }

    @Test
    void aSweepLetsGoOfWhatWasNotUsedSinceTheLastOne() {
        ByteBuffer unused = spares.take(2000);
        ByteBuffer used = spares.take(2000);
        spares.give(unused);
        spares.give(used);
        spares.sweep();
        spares.give(spares.take(2000));

        spares.sweep();

        assertThat(spares.take(2000)).isSameAs(used);
        assertThat(spares.isEmpty()).isTrue();
    }

    @Test
    void aSweepLetsGoOfEverythingWhenNothingWasUsed() {
        spares.give(spares.take(2000));
        spares.sweep();
        assertThat(spares.isEmpty()).isFalse();

        spares.sweep();

        assertThat(spares.isEmpty()).isTrue();
    }

    @Test
    void onceClosedNothingIsKept() {
        ByteBuffer given = spares.take(2000);
        spares.give(spares.take(2000));

        spares.close();

        assertThat(spares.isEmpty()).isTrue();
        spares.give(given);
        assertThat(spares.isEmpty()).isTrue();
        assertThat(spares.take(2000)).isNotSameAs(given);
    }
}
