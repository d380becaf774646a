package io.http2duplex.internal.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class WakeUpBatcherTest {
    /** The tasks of the I/O thread. */
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private int settled;
    private final WakeUpBatcher turn = new WakeUpBatcher(tasks::add, () -> settled++);

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private void read(int count) {
        turn.received(count);
        turn.paused();
    }

    @Test
    void allThatComesInATurnIsSettledAtOnce() {
        // Undertow has one task after the other, each of which reads a frame.
        tasks.add(() -> {
            read(1000);
            tasks.add(() -> {
                read(1000);
                tasks.add(() -> read(1000));
            });
        });
        runAll();
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void nothingIsSettledBeforeTheThreadHasDoneItsTasks() {
        read(1);
        assertThat(settled).isZero();
        runAll();
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void muchIsSettledAlthoughMoreMayCome() {
        read(WakeUpBatcher.MOST - 1);
        assertThat(settled).isZero();
        read(1);
        assertThat(settled).isEqualTo(1);
        runAll();
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void eachTurnIsSettled() {
        for (int i = 1; i <= 3; i++) {
            read(1);
            runAll();
            assertThat(settled).isEqualTo(i);
        }
    }

    @Test
    void whatIsSettledNowIsNotSettledAgain() {
        read(1);
        assertThat(turn.settle()).isTrue();
        assertThat(turn.settle()).isFalse();
        runAll();
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void whatWasSettledOtherwiseIsNotSettledAgain() {
        read(1);
        turn.settled();
        runAll();
        assertThat(settled).isZero();
    }

    @Test
    void whatCameAfterItWasSettledIsSettledToo() {
        read(1);
        turn.settle();
        tasks.remove().run();
        read(1);
        runAll();
        assertThat(settled).isEqualTo(2);
    }
}
