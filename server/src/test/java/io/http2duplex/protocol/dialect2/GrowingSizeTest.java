package io.http2duplex.protocol.dialect2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrowingSizeTest {
    @Test
    void itGrowsFourfoldUpToItsBound() {
        GrowingSize size = new GrowingSize(100, 500, new MemoryBudget(10_000));
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(400);
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(500);
        assertThat(size.grow()).isFalse();
    }

    @Test
    void itDoesNotGrowBeyondTheBudgetAndGivesBackWhatItTookOfThat() {
        MemoryBudget budget = new MemoryBudget(1_499);
        GrowingSize size = new GrowingSize(100, 2_000, budget);
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(400);
        assertThat(size.grow()).isFalse();
        assertThat(budget.reserved()).isEqualTo(300);
        size.release();
        assertThat(budget.reserved()).isZero();
    }
}
