package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.Deadline;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private static final long INTERVAL = 100;

    private final Heartbeat heartbeat = new Heartbeat(INTERVAL);

    private OptionalLong deadline() {
        return Deadline.earliest(heartbeat.deadline());
    }

    @Test
    void aPingIsDueWhenNothingWasReceivedForTheIntervalAlthoughBytesAreSent() {
        heartbeat.begin(0);
        heartbeat.sent(99);
        assertThat(heartbeat.isPingDue(99)).isFalse();
        assertThat(deadline()).hasValue(100);
        assertThat(heartbeat.isPingDue(100)).isTrue();
    }

    @Test
    void aPingIsDueWhenNothingWasSentForTheIntervalAlthoughBytesCome() {
        heartbeat.begin(0);
        heartbeat.received(99);
        assertThat(deadline()).hasValue(100);
        assertThat(heartbeat.isPingDue(100)).isTrue();
    }

    @Test
    void aPeerThatWasAskedHasAnotherIntervalToAnswer() {
        heartbeat.begin(0);
        heartbeat.ask(100);
        heartbeat.sent(150);
        assertThat(heartbeat.isPingDue(199)).isFalse();
        assertThat(heartbeat.isDead(199)).isFalse();
        assertThat(deadline()).hasValue(200);
        assertThat(heartbeat.isDead(200)).isTrue();
    }

    @Test
    void whateverComesIsASignOfLife() {
        heartbeat.begin(0);
        heartbeat.ask(100);
        heartbeat.sent(100);
        heartbeat.received(199);
        assertThat(heartbeat.isDead(1000)).isFalse();
        assertThat(deadline()).hasValue(200);
    }

    @Test
    void aPingThatHadToWaitForTheTransportGivesThePeerTheIntervalFromThenOn() {
        heartbeat.begin(0);
        heartbeat.ask(100);
        heartbeat.unblocked(180);
        assertThat(heartbeat.isDead(279)).isFalse();
        assertThat(heartbeat.isDead(280)).isTrue();
    }

    @Test
    void nobodyIsAskedOnceItHasStopped() {
        heartbeat.begin(0);
        heartbeat.ask(100);
        heartbeat.stop();
        assertThat(deadline()).isEmpty();
        assertThat(heartbeat.isDead(1000)).isFalse();
    }

    @Test
    void withoutAnIntervalSilenceMayLastForEver() {
        Heartbeat none = new Heartbeat(0);
        none.begin(0);
        assertThat(none.isPingDue(Long.MAX_VALUE)).isFalse();
        assertThat(Deadline.earliest(none.deadline())).isEmpty();
    }

    @Test
    void aClockMayPassItsLargestValue() {
        long now = Long.MAX_VALUE - 10;
        heartbeat.begin(now);
        assertThat(heartbeat.isPingDue(now + 99)).isFalse();
        assertThat(heartbeat.isPingDue(now + 100)).isTrue();
    }
}
