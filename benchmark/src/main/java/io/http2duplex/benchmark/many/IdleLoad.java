package io.http2duplex.benchmark.many;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

/**
 * Duplexes that idle, and how they are opened.
 *
 * @param title what is measured, without how many
 * @param systems with which it is measured
 * @param wanted how many duplexes, if there may be so many open files
 * @param perConnection of them on a connection
 * @param isSecure whether over TLS; else in clear text
 * @param heapMebibytes the largest heap of the server
 * @param warmUp how long the server opens and closes before it is measured; zero for one that has just started
 * @param sample how long echoes are made over some of them; zero for none
 * @param idle for how long the server's CPU time is measured while nothing is sent but heartbeats; zero for not
 */
record IdleLoad(
        String title,
        List<IdleSystem> systems,
        int wanted,
        int perConnection,
        boolean isSecure,
        int heapMebibytes,
        Duration warmUp,
        Duration sample,
        Duration idle) {

    static final List<IdleLoad> FULL = List.of(
            many(1_000_000, 6 * 1024, Duration.ofSeconds(10)),
            alone(true, 20_000, Duration.ofSeconds(2), Duration.ofSeconds(30)),
            alone(false, 20_000, Duration.ofSeconds(2), Duration.ofSeconds(30)),
            hosted(1_000),
            hosted(10_000),
            opening(10_000, LoadGenerator.PER_CONNECTION, Duration.ofSeconds(15)),
            opening(2_000, 1, Duration.ofSeconds(15)));

    /** Each once, with hardly any duplexes. */
    static final List<IdleLoad> SHORT = List.of(
            alone(false, 20, Duration.ofMillis(50), Duration.ofMillis(50)).with(IdleSystem.DUPLEX_SERVER),
            opening(200, LoadGenerator.PER_CONNECTION, Duration.ofMillis(50)).with(IdleSystem.CONSCRYPT));

    /** Files that a process has open beside its connections. */
    private static final int OTHER_FILES = 500;

    private static IdleLoad many(int count, int heapMebibytes, Duration sample) {
        return new IdleLoad(
                "100 a connection, TLS",
                List.of(IdleSystem.DUPLEX_SERVER_MANY, IdleSystem.HTTP2_DUPLEX),
                count,
                LoadGenerator.PER_CONNECTION,
                true,
                heapMebibytes,
                Duration.ZERO,
                sample,
                Duration.ZERO);
    }

    private static IdleLoad alone(boolean isSecure, int count, Duration sample, Duration idle) {
        return new IdleLoad(
                "one a connection, " + (isSecure ? "TLS" : "clear text"),
                List.of(IdleSystem.DUPLEX_SERVER, IdleSystem.HTTP2_DUPLEX, IdleSystem.WEBSOCKET),
                count,
                1,
                isSecure,
                4 * 1024,
                Duration.ZERO,
                sample,
                idle);
    }

    /** Half as many on a connection as elsewhere: a stock Tomcat allows 100 streams, and POSTs are some of them. */
    private static IdleLoad hosted(int count) {
        return new IdleLoad(
                "50 a connection, TLS, in each host",
                List.of(
                        IdleSystem.DUPLEX_SERVER_MANY,
                        IdleSystem.STOCK,
                        IdleSystem.TOMCAT,
                        IdleSystem.TOMCAT_STOCK,
                        IdleSystem.JETTY,
                        IdleSystem.JETTY_STOCK),
                count,
                50,
                true,
                1024,
                Duration.ofSeconds(3),
                Duration.ofSeconds(2),
                Duration.ZERO);
    }

    private static IdleLoad opening(int count, int perConnection, Duration warmUp) {
        return new IdleLoad(
                perConnection + " a connection, TLS, after a warm-up",
                List.of(IdleSystem.DUPLEX_SERVER_MANY, IdleSystem.CONSCRYPT),
                count,
                perConnection,
                true,
                1024,
                warmUp,
                Duration.ZERO,
                Duration.ZERO);
    }

    private IdleLoad with(IdleSystem system) {
        return new IdleLoad(
                title, List.of(system), wanted, perConnection, isSecure, heapMebibytes, warmUp, sample, idle);
    }

    /** {@return how many duplexes there will be} As many as wanted, unless there may not be so many open files. */
    int count() {
        return Math.min(wanted / perConnection, mostConnections()) * perConnection;
    }

    /** {@return how the report names it} */
    String setting() {
        return count() + " duplexes, " + title;
    }

    /** {@return of a process such as this one, or a server that it starts} */
    private static int mostConnections() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.min(Integer.MAX_VALUE, system.getMaxFileDescriptorCount()) - OTHER_FILES
                : Integer.MAX_VALUE;
    }
}
