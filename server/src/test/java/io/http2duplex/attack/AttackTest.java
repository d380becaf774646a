package io.http2duplex.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.Await;
import io.http2duplex.wire.GoodClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server with a small heap that is attacked in many ways at once, for {@code attack.seconds}, by the seed {@code
 * attack.seed}: good clients are served meanwhile, nothing comes out that must not, and afterwards all is as it was
 * before.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class AttackTest {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("attack.seconds", 20));
    private static final long SEED = Long.getLong("attack.seed", 1);

    /** How much longer it may take until each attack has taken place. */
    private static final Duration AT_MOST_LONGER = Duration.ofMinutes(2);

    /** What each minute may log: 10 lines of a few kinds. */
    private static final int WARNINGS_PER_MINUTE = 100;
    /** The heap may be larger afterwards by what JSSE and the JDK keep. */
    private static final long HEAP_ROOM = 30_000_000;
    /** So may the count of open files: by what the JDK has loaded since. */
    private static final int DESCRIPTORS_ROOM = 20;
    /** The counts of the server are taken with a collection of garbage: not too often. */
    private static final long BETWEEN_COUNTS = TimeUnit.MILLISECONDS.toNanos(300);

    /** How long nothing is sent but crumbs. */
    private static final Duration CRUMBS = Duration.ofSeconds(8);

    private static final long CRUMBS_ROOM = 64_000_000;

    /** How long a server is attacked before it is shut down. */
    private static final Duration BEFORE_SHUTDOWN = Duration.ofSeconds(3);
    /** How long a server may take to shut down while it is attacked. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    @Test
    void goodClientsAreServedWhileOthersAttackAndNothingIsLeftOfThem() throws IOException {
        try (Target target = new Target()) {
            List<GoodClient> good = good(target);
            try {
                Await.until("all are served", () -> good.stream().allMatch(client -> client.rounds() > 20));
                TargetStatus before = target.status();
                System.out.printf("Attack of %s with the seed %d. Before it: %s%n", TIME, SEED, before);
                AttackRunner attack = attack(target, good);
                List<Integer> rounds = good.stream().map(GoodClient::rounds).toList();
                Await.until("good clients are served still", () -> areServed(good, rounds));
                good.forEach(GoodClient::close);
                System.out.printf(
                        "Good clients: %s rounds, the slowest after %s ms%n",
                        rounds, good.stream().map(GoodClient::slowest).toList());
                awaitNothingLeft(target);
                await(
                        target,
                        "the heap and the open files are as before",
                        now -> now.get("heap") < before.get("heap") + HEAP_ROOM
                                && now.get("descriptors") < before.get("descriptors") + DESCRIPTORS_ROOM);
                TargetStatus after = target.status();
                System.out.printf("After it: %s%n", after);
                assertThat(after.get("warnings")).isLessThan(WARNINGS_PER_MINUTE * (1 + TIME.toMinutes()));
                assertThat(shortcomings(target, attack))
                        .as("What did not take place of the attacks")
                        .isEmpty();
            } finally {
                good.forEach(GoodClient::close);
            }
        }
    }

    @Test
    void aServerThatIsAttackedShutsDownInItsTime() throws IOException {
        try (Target target = new Target()) {
            shutDownWhileAttacked(target);
            awaitNothingLeft(target);
            assertThat(target.status().get("warnings")).isLessThan(2 * WARNINGS_PER_MINUTE);
        }
    }

    /** Each frame of 10 bytes would cost 250 if it were kept as it comes: what is kept is less than was sent. */
    @Test
    @SuppressWarnings("try") // the attackers stop before it is looked at what they have left
    void whatNobodyReadsTakesMemoryInProportionToItsBytes() throws IOException {
        try (Target target = new Target();
                AttackRunner runner = new AttackRunner(target, UnreadAttacks.ofCrumbs(), SEED)) {
            TargetStatus before = target.status();
            long most = 0;
            long end = System.nanoTime() + CRUMBS.toNanos();
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(BETWEEN_COUNTS);
                runner.look();
                TargetStatus now = target.status();
                most = Math.max(most, now.get("heap") + now.get("buffers"));
            }
            awaitAttacks(target, runner, List.of());
            runner.close();
            System.out.printf(
                    "Crumbs: at most %d kB more%n%s%n",
                    (most - before.get("heap") - before.get("buffers")) / 1024, runner.tallies());
            assertThat(shortcomings(target, runner)).isEmpty();
            assertThat(most - before.get("heap") - before.get("buffers")).isLessThan(CRUMBS_ROOM + runner.sent() / 2);
            awaitNothingLeft(target);
        }
    }

    private static void shutDownWhileAttacked(Target target) {
        try (AttackRunner runner = new AttackRunner(target, attacks(), SEED)) {
            long end = System.nanoTime() + BEFORE_SHUTDOWN.toNanos();
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                runner.look();
            }
            CompletableFuture<Void> shutdown = target.shutdown(GRACE);
            Await.until("the servers are shut down", GRACE, () -> {
                runner.look();
                return shutdown.isDone();
            });
            shutdown.join();
        }
    }

    static void awaitNothingLeft(Target target) {
        await(target, "no connection is open", now -> now.get("connections") == 0 && now.get("streams") == 0);
        await(target, "no session lives", now -> now.get("sessions") == 0 && now.get("detached") == 0);
        await(target, "the duplexes are collected", now -> now.get("duplexes") == 0);
        TargetStatus now = target.status();
        assertThat(now.get("ended")).isEqualTo(now.get("opened"));
        assertThat(now.get("memory used")).isZero();
        assertThat(now.get("buffered")).isZero();
        assertThat(target.verdict.faults()).isEmpty();
        assertThat(now.faults()).isEmpty();
    }

    private static void await(Target target, String what, Predicate<TargetStatus> condition) {
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        TargetStatus now = target.status();
        while (!condition.test(now)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("In vain waited for " + Await.LIMIT + " until " + what + "; there is " + now);
            }
            LockSupport.parkNanos(BETWEEN_COUNTS);
            now = target.status();
        }
    }

    private static List<GoodClient> good(Target target) {
        List<GoodClient> good = new ArrayList<>();
        for (boolean tls : List.of(true, false)) {
            for (int dialect : List.of(1, 2)) {
                good.add(GoodClient.start(target.port(tls), tls, dialect, "/echo", SEED));
            }
            good.add(GoodClient.asking(target.port(tls), tls, Target.HEALTH));
        }
        return good;
    }

    private static Map<String, Attack> attacks() {
        Map<String, Attack> attacks = new HashMap<>();
        attacks.putAll(SlowAttacks.ALL);
        attacks.putAll(UnreadAttacks.ALL);
        attacks.putAll(FrameAttacks.ALL);
        attacks.putAll(HeadAttacks.ALL);
        attacks.putAll(Http1Attacks.ALL);
        attacks.putAll(SessionAttacks.ALL);
        attacks.putAll(Dialect2Attacks.ALL);
        attacks.putAll(AccountAttacks.ALL);
        attacks.putAll(OneRequestAttacks.ALL);
        attacks.putAll(SocketAttacks.ALL);
        return attacks;
    }

    private static AttackRunner attack(Target target, List<GoodClient> good) {
        AttackRunner runner = new AttackRunner(target, attacks(), SEED);
        try (runner) {
            long end = System.nanoTime() + TIME.toNanos();
            while (System.nanoTime() - end < 0 && good.stream().noneMatch(GoodClient::hasFailed)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                runner.look();
            }
            awaitAttacks(target, runner, good);
            System.out.printf("Just before its end: %s%n", target.status());
        }
        int bouts = runner.tallies().values().stream()
                .mapToInt(AttackRunner.Tally::bouts)
                .sum();
        System.out.printf(
                "%d bouts, and of the largest ones connections, bytes and resets: %s%nAnswers to attackers: %s%n",
                bouts, runner.tallies(), target.verdict);
        return runner;
    }

    /** Goes on until each attack has taken place, which takes longer on a machine that is busy. */
    private static void awaitAttacks(Target target, AttackRunner runner, List<GoodClient> good) {
        long deadline = System.nanoTime() + AT_MOST_LONGER.toNanos();
        while (System.nanoTime() - deadline < 0
                && good.stream().noneMatch(GoodClient::hasFailed)
                && !shortcomings(target, runner).isEmpty()) {
            LockSupport.parkNanos(BETWEEN_COUNTS);
            runner.look();
        }
    }

    private static List<String> shortcomings(Target target, AttackRunner runner) {
        TargetStatus now = target.status();
        return runner.shortcomings(option -> now.get("limit " + option));
    }

    private static boolean areServed(List<GoodClient> good, List<Integer> before) {
        for (int i = 0; i < good.size(); i++) {
            if (good.get(i).rounds() <= before.get(i) && !good.get(i).hasFailed()) {
                return false;
            }
        }
        return true;
    }
}
