package io.http2duplex.benchmark.many;

import java.time.Duration;
import java.util.List;

/**
 * How much is done with many duplexes.
 *
 * @param rounds how often
 * @param counts how many duplexes
 * @param mostAgain more duplexes than that are opened in the first round only, and for POSTs only
 * @param echo how long echoes go on
 * @param warmUpRounds how often a server warms up in each mode: opens and closes again and again, then opens, echoes and
 *     closes
 * @param warmUpCount with how many duplexes each time
 * @param warmUp how long each time it opens and closes, and how long it echoes
 */
record ManyPlan(
        int rounds,
        List<Integer> counts,
        int mostAgain,
        Duration echo,
        int warmUpRounds,
        int warmUpCount,
        Duration warmUp) {

    static final ManyPlan FULL = new ManyPlan(
            3, List.of(1_000, 10_000, 100_000), 10_000, Duration.ofSeconds(2), 6, 4_000, Duration.ofSeconds(1));
    static final ManyPlan SHORT =
            new ManyPlan(1, List.of(200), 200, Duration.ofMillis(100), 1, 100, Duration.ofMillis(50));
}
