package io.http2duplex.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class DrainLoopTest {
    /** A loop that is woken once more within each of its first rounds. */
    private static final class Loop extends DrainLoop {
        private final int wakeUps;
        private final int fails;
        private int rounds;

        /**
         * @param wakeUps in how many rounds another wake-up comes
         * @param fails which round fails, from 1; 0: none
         */
        Loop(int wakeUps, int fails) {
            super(0);
            this.wakeUps = wakeUps;
            this.fails = fails;
        }

        void run() {
            if (wakeUp()) {
                drain();
            }
        }

        @Override
        protected void round() {
            rounds++;
            if (rounds <= wakeUps) {
                run(); // leaves a note
            }
            if (rounds == fails) {
                throw new IllegalStateException("of the test");
            }
        }
    }

    @Test
    void aWakeUpWithinARoundMakesAnother() {
        Loop loop = new Loop(3, 0);
        loop.run();
        assertThat(loop.rounds).isEqualTo(4);
        loop.run();
        assertThat(loop.rounds).isEqualTo(5);
    }

    @Test
    void aRoundThatFailsDoesNotEndTheLoopForGood() {
        Loop loop = new Loop(1, 2);
        assertThatIllegalStateException().isThrownBy(loop::run);
        loop.run();
        assertThat(loop.rounds).isEqualTo(3);
    }

    @Test
    void aWakeUpWithinARoundThatFailsMakesAnother() {
        Loop loop = new Loop(2, 2);
        assertThatIllegalStateException().isThrownBy(loop::run);
        assertThat(loop.rounds).isEqualTo(3);
        loop.run();
        assertThat(loop.rounds).isEqualTo(4);
    }

    @Test
    void howOftenRoundsFailInTurnCostsNoStack() {
        int[] rounds = {0};
        class Failing extends DrainLoop {
            Failing() {
                super(0);
            }

            void run() {
                if (wakeUp()) {
                    drain();
                }
            }

            @Override
            protected void round() {
                rounds[0]++;
                if (rounds[0] < 1_000_000) {
                    run(); // leaves a note
                }
                throw new IllegalStateException("round " + rounds[0]);
            }
        }
        Failing loop = new Failing();
        assertThatIllegalStateException().isThrownBy(loop::run).withMessage("round 1");
        assertThat(rounds[0]).isEqualTo(1_000_000);
        assertThatIllegalStateException().isThrownBy(loop::run);
        assertThat(rounds[0]).isEqualTo(1_000_001);
    }
}
