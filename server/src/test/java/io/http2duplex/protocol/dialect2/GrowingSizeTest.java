package io.http2duplex.protocol.dialect2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrowingSizeTest {
    @Test
    void itGrowsSixteenfoldUpToItsBound() {
        GrowingSize size = new GrowingSize(100, 2_000, new MemoryBudget(10_000));
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(1_600);
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(2_000);
        assertThat(size.grow()).isFalse();
    }

    @Test
    void itGrowsByLessWhenTheBudgetHasNoMoreAndNotAtAllWhenThatIsNotWorthIt() {
        MemoryBudget budget = new MemoryBudget(500);
        GrowingSize size = new GrowingSize(100, 2_000, budget);
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(100 + 1_500 / 4);
        assertThat(size.grow()).isFalse();
        assertThat(budget.reserved()).isEqualTo(1_500 / 4);
        size.release();
        assertThat(budget.reserved()).isZero();
    }
}
