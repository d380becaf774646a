package io.http2duplex.nodes;

import static io.http2duplex.nodes.Recorded.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jgroups.BytesMessage;
import org.jgroups.EmptyMessage;
import org.jgroups.JChannel;
import org.jgroups.NioMessage;
import org.jgroups.ObjectMessage;
import org.jgroups.protocols.FD_SOCK2;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups of nodes in one JVM, over TCP. */
@Timeout(120)
class JGroupsBusTest {
    private final Recorded first = new Recorded();
    private final Recorded second = new Recorded();

    private JGroupsBus join(String name, Recorded recorded) throws IOException {
        JGroupsBus bus = JGroupsBus.join(name, BusOptions.DEFAULT.observer(recorded));
        bus.subscribe(recorded);
        return bus;
    }

    @Test
    void whatOneNodePublishesComesToAllOnceInSequence() throws Exception {
        try (JGroupsBus one = join("all", first);
                JGroupsBus two = join("all", second);
                JGroupsBus stranger = join("others", new Recorded())) {
            Await.until("both are in the group", () -> one.nodes() == 2 && two.nodes() == 2);
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
            assertThat(first.events).containsOnly("connected");
        }
    }

    /** Each message is a batch of its own here; nodes of JGroups drop what one that has left had sent. */
    @Test
    void aNodeThatClosesWaitsUntilSlowOnesHaveDeliveredItsMessages() throws Exception {
        for (boolean coordinator : new boolean[] {true, false}) {
            AtomicInteger delivered = new AtomicInteger();
            JGroupsBus older = join("last", first);
            JGroupsBus younger = join("last", second);
            JGroupsBus leaver = coordinator ? older : younger;
            try (JGroupsBus stayer = coordinator ? younger : older) {
                Await.until("both are in the group", () -> older.nodes() == 2 && younger.nodes() == 2);
                stayer.subscribe((topic, message) -> {
                    LockSupport.parkNanos(10_000_000);
                    delivered.incrementAndGet();
                });
                for (int i = 0; i < 50; i++) {
                    leaver.publish("room", ByteBuffer.allocate(Batch.SIZE));
                }
                leaver.close();
                assertThat(delivered).hasValue(50);
            }
        }
    }

    @Test
    void aNodeThatLeavesAndComesBackGetsWhatIsPublishedFromThenOn() throws Exception {
        try (JGroupsBus one = join("back", first)) {
            JGroupsBus two = join("back", second);
            Await.until("both are in the group", () -> one.nodes() == 2);
            two.close();
            Await.until("it is gone", () -> one.nodes() == 1);
            one.publish("room", bytes("missed"));
            try (JGroupsBus again = join("back", second)) {
                Await.until("it is back", () -> one.nodes() == 2 && again.nodes() == 2);
                one.publish("room", bytes("seen"));
                Await.until("it has come", () -> !second.messages.isEmpty());
                assertThat(second.messages).containsExactly("room: seen");
            }
        }
    }

    /** {@return the configuration of the documents, with a folder of the test} */
    private static String byFolder(Path folder) throws IOException {
        Path configuration = folder.resolve("jgroups-file.xml");
        Files.writeString(
                configuration,
                Files.readString(Path.of("../docs/nodes/jgroups-file.xml"))
                        .replace(
                                "/var/lib/example/group",
                                folder.resolve("group").toString()));
        return configuration.toString();
    }

    private static void connect(String host, int port) throws IOException {
        try (Socket socket = new Socket(host, port)) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    /** Groups have no authentication: what has no address in the configuration would listen on all of the machine's. */
    @Test
    void everyPortOfANodeIsOfTheMachineItselfByDefault(@TempDir Path folder) throws Exception {
        for (String configuration : List.of(JGroupsBus.CONFIGURATION, byFolder(folder))) {
            try (JChannel channel = new JChannel(configuration)) {
                channel.connect("bound");
                FD_SOCK2 detection = channel.getProtocolStack().findProtocol(FD_SOCK2.class);
                int port = detection.getActualBindPort();
                connect("127.0.0.1", port);
                assertThatThrownBy(() -> connect("127.0.0.2", port)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void nodesFindEachOtherByAFolderThatTheyShare(@TempDir Path folder) throws Exception {
        String configuration = byFolder(folder);
        try (JGroupsBus one = JGroupsBus.join("file", BusOptions.DEFAULT, configuration);
                JGroupsBus two = JGroupsBus.join("file", BusOptions.DEFAULT, configuration)) {
            Await.until("both are in the group", () -> one.nodes() == 2 && two.nodes() == 2);
        }
    }

    @Test
    void aConfigurationThatIsNotThereIsToldByName() {
        assertThatThrownBy(() -> JGroupsBus.join("none", BusOptions.DEFAULT, "no-such.xml"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such.xml");
    }

    /** Every process that reaches the port may join: what it sends, and its name, must do no harm. */
    @Test
    void aStrangerInTheGroupDoesNoHarm() throws Exception {
        List<String> details = new CopyOnWriteArrayList<>();
        BusObserver observer = new BusObserver() {
            @Override
            public void connected(String detail) {
                details.add(detail);
            }
        };
        try (JGroupsBus one = JGroupsBus.join("strange", BusOptions.DEFAULT.observer(observer));
                JGroupsBus two = join("strange", second);
                JChannel stranger = new JChannel(JGroupsBus.CONFIGURATION)) {
            stranger.setName("stranger\n2026 ERROR all is lost\u001b[2J");
            stranger.connect("strange");
            Await.until("all are in the group", () -> one.nodes() == 3 && two.nodes() == 3);
            for (int length = 0; length < 30; length++) {
                stranger.send(new BytesMessage(null, new byte[length]));
                stranger.send(new NioMessage(null, ByteBuffer.allocateDirect(length)));
            }
            stranger.send(new BytesMessage(null, new byte[10_000_000]));
            stranger.send(new EmptyMessage(null));
            stranger.send(new ObjectMessage(null, "text"));
            stranger.send(new BytesMessage(null, (byte[]) null));
            one.publish("room", bytes("still here"));
            Await.until("it has come", () -> second.messages.contains("room: still here"));
            Await.until("its name was told", () -> details.stream().anyMatch(detail -> detail.contains("stranger")));
            assertThat(details).noneMatch(detail -> detail.chars().anyMatch(Character::isISOControl));
        }
    }
}
