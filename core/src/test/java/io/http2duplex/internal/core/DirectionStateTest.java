package io.http2duplex.internal.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DirectionStateTest {
    private static final Map<DirectionState, Set<DirectionState>> LEGAL = Map.of(
            DirectionState.OPEN, EnumSet.of(DirectionState.ENDING, DirectionState.RESET),
            DirectionState.ENDING, EnumSet.of(DirectionState.ENDED, DirectionState.RESET),
            DirectionState.ENDED, EnumSet.noneOf(DirectionState.class),
            DirectionState.RESET, EnumSet.noneOf(DirectionState.class));

    @ParameterizedTest
    @EnumSource
    void itMovesAsInTheDiagramAndNotOtherwise(DirectionState from) {
        for (DirectionState to : DirectionState.values()) {
            if (requireNonNull(LEGAL.get(from)).contains(to)) {
                assertThat(from.to(to)).isEqualTo(to);
            } else {
                assertThatIllegalStateException()
                        .isThrownBy(() -> from.to(to))
                        .withMessageContaining(from + " to " + to);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsOverWhereNoMoveLeadsOn(DirectionState state) {
        assertThat(state.isFinished())
                .isEqualTo(requireNonNull(LEGAL.get(state)).isEmpty());
    }
}
