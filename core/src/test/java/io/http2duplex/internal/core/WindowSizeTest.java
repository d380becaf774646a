package io.http2duplex.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowSizeTest {
    @Test
    void itGrowsSixteenfoldUpToItsBound() {
        WindowSize size = new WindowSize(100, 2_000, new MemoryBudget(10_000));
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(1_600);
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(2_000);
        assertThat(size.grow()).isFalse();
    }

    @Test
    void itGrowsByLessWhenTheBudgetHasNoMoreAndNotAtAllWhenThatIsNotWorthIt() {
        MemoryBudget budget = new MemoryBudget(500);
        WindowSize size = new WindowSize(100, 2_000, budget);
        assertThat(size.grow()).isTrue();
        assertThat(size.bytes()).isEqualTo(100 + 1_500 / 4);
        assertThat(size.grow()).isFalse();
        assertThat(budget.reserved()).isEqualTo(1_500 / 4);
        size.release();
        assertThat(budget.reserved()).isZero();
    }
}
