package io.http2duplex.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexStatistics;
import io.http2duplex.server.DuplexServerStatistics;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.GoodClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * A server that is attacked in many ways at once, for {@code attack.seconds}, by the seed {@code attack.seed}: good
 * clients are served meanwhile, nothing comes out that must not, and afterwards all is as it was before.
 */
class AttackTest {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("attack.seconds", 20));
    private static final long SEED = Long.getLong("attack.seed", 1);

    /** What each minute may log: 10 lines of a few kinds. */
    private static final int WARNINGS_PER_MINUTE = 100;
    /** The heap may be larger afterwards by what JSSE, JUnit and the JDK keep. */
    private static final long HEAP_ROOM = 50_000_000;

    /** How long a server is attacked before it is shut down. */
    private static final Duration BEFORE_SHUTDOWN = Duration.ofSeconds(3);
    /** How long a server may take to shut down while it is attacked. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    @Test
    void goodClientsAreServedWhileOthersAttackAndNothingIsLeftOfThem() {
        try (Target target = new Target();
                AttackLog log = new AttackLog(target.ids, target.verdict)) {
            List<GoodClient> good = good(target);
            try {
                Await.until("all are served", () -> good.stream().allMatch(client -> client.rounds() > 20));
                long heap = heap();
                System.out.printf("Attack of %s with the seed %d%n", TIME, SEED);
                siege(target, TIME, good);
                List<Integer> rounds = good.stream().map(GoodClient::rounds).toList();
                Await.until("good clients are served still", () -> areServed(good, rounds));
                good.forEach(GoodClient::close);
                Await.until(
                        "no connection is open",
                        () -> target.connections().stream()
                                .allMatch(counts -> counts.connections() == 0 && counts.streams() == 0));
                assertNothingIsLeft(target);
                Await.until("the heap is as it was", () -> heap() < heap + HEAP_ROOM);
                assertThat(log.warnings()).hasSizeLessThan(WARNINGS_PER_MINUTE * (1 + (int) TIME.toMinutes()));
                tell("Sessions opened", target.statistics(), AttackTest::opened);
                tell("Sessions failed", target.statistics(), DuplexStatistics::failed);
                tell("Requests refused", target.statistics(), DuplexStatistics::refused);
                tell("Limits reached", target.connections(), DuplexServerStatistics::limitsReached);
                System.out.printf(
                        "Good clients: %s echoes, the slowest after %s ms. Warnings: %d%n"
                                + "Left: %d sessions, %d connections, heap %d kB, before the attack %d kB%n",
                        rounds,
                        good.stream().map(GoodClient::slowest).toList(),
                        log.warnings().size(),
                        target.sessions(),
                        target.connections().stream()
                                .mapToInt(DuplexServerStatistics::connections)
                                .sum(),
                        heap() / 1024,
                        heap / 1024);
            } finally {
                good.forEach(GoodClient::close);
            }
        }
    }

    @Test
    void aServerThatIsAttackedShutsDownInItsTime() {
        try (Target target = new Target();
                AttackLog log = new AttackLog(target.ids, target.verdict)) {
            shutDownWhileAttacked(target);
            assertNothingIsLeft(target);
            assertThat(log.warnings()).hasSizeLessThan(2 * WARNINGS_PER_MINUTE);
        }
    }

    private static void shutDownWhileAttacked(Target target) {
        try (AttackRunner siege = new AttackRunner(target, attacks(), SEED)) {
            long end = System.nanoTime() + BEFORE_SHUTDOWN.toNanos();
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                siege.look();
            }
            CompletableFuture<Void> shutdown = target.shutdown(GRACE);
            Await.until("the servers are shut down", GRACE, () -> {
                siege.look();
                return shutdown.isDone();
            });
            shutdown.join();
        }
    }

    private static void assertNothingIsLeft(Target target) {
        assertThat(target.verdict.faults()).isEmpty();
        Await.until("no session lives", () -> target.sessions() == 0);
        assertThat(target.statistics()).allSatisfy(AttackTest::areOver);
        Await.until("the duplexes are collected", () -> heap() > 0 && target.duplexes() == 0);
    }

    private static Map<String, Long> opened(DuplexStatistics counts) {
        return Map.of(
                "dialect 1", counts.dialect1().opened(),
                "dialect 2", counts.dialect2().opened());
    }

    private static void areOver(DuplexStatistics counts) {
        assertThat(counts.ended())
                .isEqualTo(counts.dialect1().opened() + counts.dialect2().opened());
        assertThat(counts.detached()).isZero();
        assertThat(counts.memoryUsed()).isZero();
        assertThat(counts.upload().buffered()).isZero();
        assertThat(counts.download().buffered()).isZero();
    }

    private static <T, K> void tell(String what, List<T> all, Function<T, Map<K, Long>> counts) {
        Map<K, Long> sums = new TreeMap<>();
        all.forEach(one -> counts.apply(one).forEach((key, count) -> sums.merge(key, count, Long::sum)));
        sums.values().removeIf(count -> count == 0);
        System.out.printf("%s: %s%n", what, sums);
    }

    private static List<GoodClient> good(Target target) {
        List<GoodClient> good = new ArrayList<>();
        for (int dialect : List.of(1, 2)) {
            for (boolean tls : List.of(true, false)) {
                good.add(GoodClient.start(target.port(tls), tls, dialect, "/echo", SEED));
            }
        }
        return good;
    }

    private static Map<String, Attack> attacks() {
        Map<String, Attack> attacks = new HashMap<>();
        attacks.putAll(SlowAttacks.ALL);
        attacks.putAll(FrameAttacks.ALL);
        attacks.putAll(HeadAttacks.ALL);
        attacks.putAll(Http1Attacks.ALL);
        attacks.putAll(SessionAttacks.ALL);
        attacks.putAll(Dialect2Attacks.ALL);
        attacks.putAll(AccountAttacks.ALL);
        return attacks;
    }

    private static void siege(Target target, Duration time, List<GoodClient> good) {
        AttackRunner siege = new AttackRunner(target, attacks(), SEED);
        try (siege) {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() - end < 0 && good.stream().noneMatch(GoodClient::hasFailed)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                siege.look();
                target.duplexes(); // what is known of those that were collected does not pile up
            }
        }
        int bouts = siege.bouts().values().stream().mapToInt(AtomicInteger::get).sum();
        System.out.printf("%d bouts: %s%nAnswers to attackers: %s%n", bouts, siege.bouts(), target.verdict.statuses());
    }

    private static boolean areServed(List<GoodClient> good, List<Integer> before) {
        for (int i = 0; i < good.size(); i++) {
            if (good.get(i).rounds() <= before.get(i) && !good.get(i).hasFailed()) {
                return false;
            }
        }
        return true;
    }

    /** {@return how much is in use, in bytes} */
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
