package io.http2duplex.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.http2duplex.servlet.DuplexServlet;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.PersistentClient;
import io.http2duplex.wire.RoughProxy;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A servlet in use for {@code soak.seconds} by clients on a network that cuts connections, holds bytes, and answers requests
 * itself. No byte is lost, and the process, which the clients are in too, takes no more at the end than before.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class ContainerSoakTest {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("soak.seconds", 3));
    private static final long SEED = 1;
    private static final String PATH = "/duplex";
    private static final int CLIENTS = 6;
    private static final long HEAP_ROOM = 30_000_000;
    /** Each connection takes files and threads, at the proxies too, and how many are open changes. */
    private static final int ROOM = 20;

    private static final long LONGEST_BETWEEN_LINES = TimeUnit.MINUTES.toNanos(1);

    @ParameterizedTest
    @EnumSource
    void noByteIsLostAndNothingGrows(TestContainer.Kind kind) throws IOException {
        DuplexServlet servlet = DuplexServlet.builder(TestServer::echo)
                .streamingUploads(true)
                .heartbeat(Duration.ofSeconds(1))
                .resumeTimeout(Duration.ofSeconds(20))
                .build();
        TestContainer container = kind.container().with("/*", servlet).start();
        List<PersistentClient> clients = new ArrayList<>();
        try (RoughProxy http1 = new RoughProxy(address(container.port(false)), true, SEED);
                RoughProxy http2 = new RoughProxy(address(container.port(true)), false, SEED)) {
            for (int i = 0; i < CLIENTS; i++) {
                boolean isHttp2 = i % 2 == 0;
                int port = (isHttp2 ? http2 : http1).port();
                clients.add(PersistentClient.start(port, isHttp2, PATH, SEED + i));
            }
            try {
                Await.until(
                        "a client was disturbed, and resumes",
                        () -> hasFailed(clients) || clients.stream().anyMatch(client -> client.resumes() > 0));
                soak(kind, clients);
            } finally {
                clients.forEach(PersistentClient::close);
            }
            System.out.printf(
                    "%s, %s: %d duplexes, %d resumes, %d bytes; HTTP/1.1: %s; HTTP/2: %s%n",
                    kind,
                    TIME,
                    clients.stream().mapToInt(PersistentClient::duplexes).sum(),
                    clients.stream().mapToInt(PersistentClient::resumes).sum(),
                    clients.stream().mapToLong(PersistentClient::echoed).sum(),
                    http1,
                    http2);
            Await.until("no session is left", () -> servlet.statistics().sessions() == 0);
        } finally {
            servlet.destroy();
            container.stop();
        }
    }

    /** The counts of the first quarter are the bounds for the rest. */
    private static void soak(TestContainer.Kind kind, List<PersistentClient> clients) {
        long begin = System.nanoTime();
        long pause = Math.min(LONGEST_BETWEEN_LINES, TIME.toNanos() / 20);
        Counts most = new Counts(0, 0, 0);
        for (long time = 0; time < TIME.toNanos(); time = System.nanoTime() - begin) {
            LockSupport.parkNanos(pause);
            assertThat(hasFailed(clients)).as("whether a client has failed").isFalse();
            Counts now = Counts.now();
            System.out.printf("%s, %d s: %s%n", kind, TimeUnit.NANOSECONDS.toSeconds(time), now);
            if (time < TIME.toNanos() / 4) {
                most = most.max(now);
            } else {
                assertThat(now.heap).as("heap").isLessThan(most.heap + HEAP_ROOM);
                assertThat(now.threads).as("threads").isLessThan(2 * most.threads + ROOM);
                assertThat(now.descriptors).as("descriptors").isLessThan(2 * most.descriptors + ROOM);
            }
        }
    }

    private static boolean hasFailed(List<PersistentClient> clients) {
        return clients.stream().anyMatch(PersistentClient::hasFailed);
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** What this process takes: bytes of heap in use, threads, open files (0 where they are not counted). */
    private record Counts(long heap, long threads, long descriptors) {
        static Counts now() {
            System.gc();
            return new Counts(
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                            ? unix.getOpenFileDescriptorCount()
                            : 0);
        }

        Counts max(Counts other) {
            return new Counts(
                    Math.max(heap, other.heap),
                    Math.max(threads, other.threads),
                    Math.max(descriptors, other.descriptors));
        }
    }
}
