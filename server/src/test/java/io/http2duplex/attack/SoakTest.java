package io.http2duplex.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.wire.Await;
import io.http2duplex.wire.GoodClient;
import io.http2duplex.wire.PersistentClient;
import io.http2duplex.wire.RoughProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server in mixed use for {@code soak.seconds}: clients on a good network, and clients on one that cuts connections,
 * holds bytes, and answers requests itself. No byte is lost, and the server takes no more at the end than before.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class SoakTest {
    /** The clients begin in a cold process, perhaps on a busy machine. */
    private static final Duration WARM_UP = Duration.ofMinutes(3);

    private static final Duration TIME = Duration.ofSeconds(Long.getLong("soak.seconds", 3));
    private static final long SEED = 1;
    private static final int CLIENTS = 6;
    private static final long HEAP_ROOM = 30_000_000;
    private static final int DESCRIPTORS_ROOM = 20;
    private static final int THREADS_ROOM = 20;
    private static final long LONGEST_BETWEEN_LINES = TimeUnit.MINUTES.toNanos(1);

    @Test
    void noByteIsLostAndNothingGrows() throws IOException {
        try (Target target = new Target();
                RoughProxy http1 = new RoughProxy(target.address(false), true, SEED);
                RoughProxy http2 = new RoughProxy(target.address(true), false, SEED)) {
            List<GoodClient> good = new ArrayList<>();
            List<PersistentClient> persistent = new ArrayList<>();
            for (int dialect = 1; dialect <= 2; dialect++) {
                good.add(GoodClient.start(target.port(true), true, dialect, "/echo", SEED));
                good.add(GoodClient.start(target.port(false), false, dialect, "/echo", SEED));
            }
            good.add(GoodClient.asking(target.port(true), true, Target.HEALTH));
            for (int i = 0; i < CLIENTS; i++) {
                boolean isHttp2 = i % 2 == 0;
                int port = isHttp2 ? http2.port() : http1.port();
                persistent.add(PersistentClient.start(port, isHttp2, Target.STEADY, SEED + i));
            }
            try {
                Await.until(
                        "all are served and some were disturbed",
                        WARM_UP,
                        () -> hasFailed(good, persistent)
                                || (good.stream().allMatch(client -> client.rounds() > 20)
                                        && persistent.stream().allMatch(client -> client.resumes() > 0)));
                TargetStatus before = target.status();
                System.out.printf("Soak of %s. Before it: %s%n", TIME, before);
                soak(target, good, persistent);
            } finally {
                good.forEach(GoodClient::close);
                persistent.forEach(PersistentClient::close);
            }
            long bytes = persistent.stream().mapToLong(PersistentClient::echoed).sum();
            System.out.printf(
                    "Good clients: %s rounds, the slowest after %s ms%n",
                    good.stream().map(GoodClient::rounds).toList(),
                    good.stream().map(GoodClient::slowest).toList());
            System.out.printf(
                    "Persistent clients: %d duplexes, %d resumes, %d bytes; HTTP/1.1: %s; HTTP/2: %s%n",
                    persistent.stream().mapToInt(PersistentClient::duplexes).sum(),
                    persistent.stream().mapToInt(PersistentClient::resumes).sum(),
                    bytes,
                    http1,
                    http2);
            AttackTest.awaitNothingLeft(target);
            System.out.printf("After it: %s%n", target.status());
            assertThat(bytes).isPositive();
        }
    }

    /** The counts of the first quarter are the bounds for the rest. */
    private static void soak(Target target, List<GoodClient> good, List<PersistentClient> persistent) {
        long begin = System.nanoTime();
        long pause = Math.min(LONGEST_BETWEEN_LINES, TIME.toNanos() / 20);
        TargetStatus most = new TargetStatus();
        for (long time = 0; time < TIME.toNanos(); time = System.nanoTime() - begin) {
            LockSupport.parkNanos(pause);
            assertThat(hasFailed(good, persistent))
                    .as("whether a client has failed")
                    .isFalse();
            TargetStatus now = target.status();
            System.out.printf("%d s: %s%n", TimeUnit.NANOSECONDS.toSeconds(time), now);
            if (time < TIME.toNanos() / 4) {
                most.max(now);
            } else {
                assertThat(now.get("heap")).as("heap").isLessThan(most.get("heap") + HEAP_ROOM);
                assertThat(now.get("threads")).as("threads").isLessThan(most.get("threads") + THREADS_ROOM);
                assertThat(now.get("descriptors"))
                        .as("descriptors")
                        .isLessThan(2 * most.get("descriptors") + DESCRIPTORS_ROOM);
            }
            assertThat(now.faults()).isEmpty();
        }
    }

    private static boolean hasFailed(List<GoodClient> good, List<PersistentClient> persistent) {
        return good.stream().anyMatch(GoodClient::hasFailed)
                || persistent.stream().anyMatch(PersistentClient::hasFailed);
    }
}
