package io.http2duplex.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasuredTest {
    private static final LocalDate DAY = LocalDate.of(2026, 1, 31);
    private static final List<Run> RUNS = List.of(new Run("setting", "system", Map.of()));

    @Test
    void ofAPartThatWasMeasuredWithTheOthersOnAQuietMachineNothingIsSaid() {
        assertThat(new Measured("many", DAY, 0.02, RUNS).note(DAY)).isEmpty();
    }

    @Test
    void aPartThatWasMeasuredOnAnotherDaySaysWhenAndHow() {
        assertThat(new Measured("many", DAY.plusDays(1), 0.02, RUNS).note(DAY))
                .isEqualTo("What follows was measured on 2026-02-01 with `-Dbenchmark.parts=many`.");
    }

    @Test
    void aPartThatWasMeasuredOnABusyMachineSaysSo() {
        assertThat(new Measured("clients", DAY, 0.958, RUNS).note(DAY))
                .isEqualTo(
                        "What follows was measured on 2026-01-31 with `-Dbenchmark.parts=clients`, on a machine that did"
                                + " much else at the same time (96 % of its processors' time, before it began): only ratios mean something, and the third digit nothing.");
    }

    @Test
    void aPartThatWasNotMeasuredSaysNothing() {
        assertThat(new Measured("clients", DAY, 1, List.of()).note(DAY.plusDays(1)))
                .isEmpty();
    }
}
