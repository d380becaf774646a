package io.http2duplex.attack;

import java.io.IOException;
import java.util.Set;

/**
 * One way to behave badly, and what shows that it took place.
 *
 * @param bout what is done, again and again
 * @param connections how many connections the largest bout opens at least
 * @param bytes how many bytes the largest bout sends at least
 * @param resets how many streams the server resets at least in the bout with the most of them
 * @param statuses what answers there must be, among others
 * @param limits which limits of {@code DuplexServer} it must reach
 */
record Attack(Bout bout, int connections, int bytes, int resets, Set<Integer> statuses, Set<String> limits) {
    /** A moment of an attack. */
    @FunctionalInterface
    interface Bout {
        /**
         * Attacks once.
         *
         * @throws IOException if the server has had enough, and closed the connection
         */
        void run(Attacker attacker) throws IOException;
    }

    /** An attack that need not be answered. */
    static Attack of(int bytes, Bout bout) {
        return new Attack(bout, 1, bytes, 0, Set.of(), Set.of());
    }

    Attack connects(int count) {
        return new Attack(bout, count, bytes, resets, statuses, limits);
    }

    Attack isReset(int streams) {
        return new Attack(bout, connections, bytes, streams, statuses, limits);
    }

    Attack isAnswered(Integer... answers) {
        return new Attack(bout, connections, bytes, resets, Set.of(answers), limits);
    }

    Attack reaches(String... options) {
        return new Attack(bout, connections, bytes, resets, statuses, Set.of(options));
    }
}
