package io.http2duplex.nodes;

import static io.http2duplex.nodes.Recorded.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.programs.Program;
import io.http2duplex.programs.RunningProgram;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes in one JVM that share a real Redis. */
@Timeout(120)
class RedisBusTest {
    private static final int PORT = RunningProgram.freePort();

    @SuppressWarnings("NullAway.Init")
    private static RunningProgram redis;

    private final Recorded first = new Recorded();
    private final Recorded second = new Recorded();

    @BeforeAll
    static void start() throws IOException {
        Path folder = Folders.of("redis");
        redis = new Program("redis-server")
                .start(folder, folder, PORT, "--port", "" + PORT, "--bind", "127.0.0.1", "--save", "");
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static RedisBus connect(String name, Recorded recorded) throws IOException {
        RedisBus bus =
                RedisBus.connect(URI.create("redis://127.0.0.1:" + PORT), name, BusOptions.DEFAULT.observer(recorded));
        bus.subscribe(recorded);
        return bus;
    }

    @Test
    void whatOneNodePublishesComesToAllOnceInSequence() throws Exception {
        try (RedisBus one = connect("all", first);
                RedisBus two = connect("all", second);
                RedisBus stranger = connect("others", new Recorded())) {
            List<String> expected =
                    IntStream.range(0, 10_000).mapToObj(i -> "room: " + i).toList();
            for (int i = 0; i < 10_000; i++) {
                one.publish("room", bytes(Integer.toString(i)));
            }
            Await.until("all have come", () -> second.messages.size() >= 10_000);
            two.publish("other room", bytes("x".repeat(1_000_000)));
            Await.until("it has come", () -> first.messages.size() > 10_000);

            assertThat(second.messages.subList(0, 10_000)).isEqualTo(expected);
            assertThat(first.messages.subList(0, 10_000)).isEqualTo(expected);
            assertThat(first.messages.get(10_000)).hasSize(1_000_000 + "other room: ".length());
            assertThat(stranger.statistics()).isEqualTo(new BusStatistics(0, 0, 0, 0));
            assertThat(one.statistics()).isEqualTo(new BusStatistics(10_000, 1, 0, 0));
            assertThat(first.events).containsExactly("connected");
        }
    }

    @Test
    void whileRedisIsAwayWhatIsPublishedWaitsAndNobodyIsHeldUp() throws Exception {
        try (RedisBus one = connect("away", first);
                RedisBus two = connect("away", second)) {
            redis.kill();
            Await.until(
                    "both know", () -> first.events.contains("disconnected") && second.events.contains("disconnected"));
            one.publish("room", bytes("waits"));
            assertThat(first.messages).containsExactly("room: waits");

            redis.startAgain();
            Await.until(
                    "both are connected again",
                    () -> List.of("connected", "disconnected", "connected").equals(second.events)
                            && List.of("connected", "disconnected", "connected").equals(first.events));
            Await.until("the first node listens again", () -> {
                two.publish("room", bytes("then"));
                return first.messages.contains("room: then");
            });
            assertThat(one.statistics().lost()).isZero();
            assertThat(one.statistics().queued()).isZero();
        }
    }

    @Test
    void aBusThatIsClosedIsNotDisconnected() throws Exception {
        try (RedisBus bus = connect("closed", first)) {
            bus.publish("room", bytes("before"));
        }
        assertThat(first.events).containsExactly("connected");
    }

    @Test
    void closingOnAThreadThatIsInterruptedEndsTheThreadsOfTheBus() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        RedisBus bus = connect("interrupted", first);
        Thread.currentThread().interrupt();
        bus.close();
        assertThat(Thread.interrupted()).isTrue();
        Await.until(
                "its threads have ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("lettuce-"))
                        .allMatch(before::contains));
    }

    /** Lettuce tells of the end of a connection that Redis has refused, although it never told of its begin. */
    @Test
    void whereRedisRefusedConnectionsForAWhileTheBusIsConnectedAgain() throws Exception {
        try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + PORT)) {
            RedisCommands<String, String> operator = client.connect().sync();
            operator.aclSetuser("guest", everything());
            try (RedisBus one = connectAs("guest", first);
                    RedisBus two = connectAs("guest", second)) {
                operator.aclLogReset();
                operator.aclSetuser("guest", AclSetuserArgs.Builder.off());
                operator.clientKill(KillArgs.Builder.user("guest"));
                Await.until("several were refused", () -> refused(operator) > 4);

                operator.aclSetuser("guest", AclSetuserArgs.Builder.on());
                Await.until("both listen again", () -> {
                    one.publish("room", bytes("of one"));
                    two.publish("room", bytes("of two"));
                    return first.messages.contains("room: of two") && second.messages.contains("room: of one");
                });
                assertThat(first.events).containsExactly("connected", "disconnected", "connected");
            }
        }
    }

    private static long refused(RedisCommands<String, String> operator) {
        return operator.aclLog().stream()
                .filter(entry -> "auth".equals(entry.get("reason")))
                .mapToLong(entry -> (Long) entry.get("count"))
                .sum();
    }

    /** A node that is connected may be deaf. */
    @Test
    void whereRedisRefusesTheSubscriptionForAWhileThatIsToldAndTheBusListensAgain() throws Exception {
        try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + PORT)) {
            RedisCommands<String, String> operator = client.connect().sync();
            operator.aclSetuser("mute", everything());
            try (RedisBus one = connectAs("mute", first)) {
                operator.aclSetuser("mute", AclSetuserArgs.Builder.resetChannels()); // ends who listens
                Await.until("it is told", () -> first.events.size() >= 3);
                assertThat(first.events).containsExactly("connected", "disconnected", "disconnected");

                operator.aclSetuser("mute", everything());
                Await.until("it is connected", () -> first.events.size() >= 4);
                assertThat(first.events).endsWith("connected");
                try (RedisBus two = connectAs("mute", second)) {
                    two.publish("room", bytes("hello"));
                    Await.until("it listens again", () -> first.messages.contains("room: hello"));
                }
                assertThat(one.statistics().received()).isEqualTo(1);
            }
        }
    }

    private static AclSetuserArgs everything() {
        return AclSetuserArgs.Builder.on()
                .addPassword("secret")
                .allKeys()
                .allChannels()
                .allCommands();
    }

    private static RedisBus connectAs(String user, Recorded recorded) throws IOException {
        RedisBus bus = RedisBus.connect(
                URI.create("redis://" + user + ":secret@127.0.0.1:" + PORT),
                user,
                BusOptions.DEFAULT.observer(recorded),
                Duration.ofSeconds(1));
        bus.subscribe(recorded);
        return bus;
    }

    /** What stands between keeps a connection whose other end is gone. */
    @Test
    void aConnectionOverWhichNothingComesAnyMoreIsReplaced() throws Exception {
        try (Swallowing between = new Swallowing(PORT);
                RedisBus one = RedisBus.connect(
                        URI.create("redis://127.0.0.1:" + between.port()),
                        "silent",
                        BusOptions.DEFAULT.observer(first),
                        Duration.ofSeconds(1));
                RedisBus two = connect("silent", second)) {
            one.subscribe(first);
            two.publish("room", bytes("before"));
            Await.until("it has come", () -> first.messages.contains("room: before"));

            between.swallow();
            Await.until("both go over new connections", () -> {
                one.publish("room", bytes("of one"));
                two.publish("room", bytes("of two"));
                return first.messages.contains("room: of two") && second.messages.contains("room: of one");
            });
            assertThat(first.events).contains("disconnected");
        }
    }

    @Test
    void aWrongPasswordIsTold() {
        assertThatThrownBy(() -> RedisBus.connect(URI.create("redis://nobody:secret@127.0.0.1:" + PORT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("WRONGPASS")
                .message()
                .doesNotContain("secret");
    }

    @Test
    @Timeout(30)
    void whatAcceptsAndSaysNothingIsAnErrorSoon() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> RedisBus.connect(URI.create("redis://127.0.0.1:" + silent.getLocalPort())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Redis can't be reached");
        }
    }

    /** What comes from something that is no node. */
    @Test
    void whatStrangersPublishDoesNoHarm() throws Exception {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + PORT);
        try (RedisBus one = connect("strange", first);
                StatefulRedisConnection<byte[], byte[]> stranger = client.connect(ByteArrayCodec.INSTANCE)) {
            byte[] channel = "http2-duplex:strange".getBytes(StandardCharsets.UTF_8);
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                byte[] bytes = new byte[random.nextInt(i % 30 == 0 ? 100_000 : 50)];
                random.nextBytes(bytes);
                stranger.sync().publish(channel, bytes);
            }
            stranger.sync().publish(channel, new byte[20_000_000]); // 3 million messages of nothing
            stranger.sync()
                    .publish(channel, new Batch(1).encode(List.of(new Batch.Message("room", bytes("of a node")))));
            Await.until("it has come", () -> first.messages.contains("room: of a node"));
            assertThat(first.events).containsExactly("connected");
            assertThat(one.statistics().received()).isLessThan(200_000);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void whenRedisCannotBeReachedAtFirstThatIsAnError() {
        assertThatThrownBy(() -> RedisBus.connect(URI.create("redis://127.0.0.1:" + RunningProgram.freePort())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Redis can't be reached");
    }
}
