package io.http2duplex.messages;

import static io.http2duplex.internal.runtime.TestBrowser.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TopicTest {
    /** Large, so that a few of them fill a duplex. */
    private static final int SIZE = 10_000;

    private final Simulated simulated = new Simulated();
    private final AtomicInteger encoded = new AtomicInteger();
    private final Codec<String> codec = Codec.of(
            text -> {
                encoded.incrementAndGet();
                return text.getBytes(UTF_8);
            },
            payload -> new String(payload, UTF_8));
    private final Topics topics = Topics.local();
    private final Topic<String> room = topics.topic("room", codec);

    @AfterEach
    void close() {
        simulated.close();
    }

    private Messages<String, String> messages(Simulated.Pair pair) {
        return Messages.over(pair.duplex(), codec, codec);
    }

    private static String next(Simulated.Pair pair) throws IOException {
        return new String(pair.next(), UTF_8);
    }

    private static String large(int number) {
        return Integer.toString(number).repeat(SIZE).substring(0, SIZE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsPublishedIsEncodedOnceAndComesToAllMembers(int dialect) throws Exception {
        List<Simulated.Pair> members = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            members.add(simulated.open(dialect));
            room.join(messages(members.get(i)));
        }
        room.publish("hello");
        topics.topic("another room", codec).publish("not for these");
        room.publish("bye");
        for (Simulated.Pair member : members) {
            assertThat(next(member)).isEqualTo("hello");
            assertThat(next(member)).isEqualTo("bye");
        }
        assertThat(encoded).hasValue(3);
        assertThat(room.statistics()).isEqualTo(new TopicStatistics(20, 2, 40, 0, 0));
        assertThat(topics.statistics()).isEqualTo(new TopicStatistics(20, 3, 40, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMemberLeavesByItselfWhenItsDuplexIsOverAndWhenAsked(int dialect) throws Exception {
        Simulated.Pair failed = simulated.open(dialect);
        Simulated.Pair ended = simulated.open(dialect);
        Simulated.Pair left = simulated.open(dialect);
        Messages<String, String> leaving = messages(left);
        room.join(messages(failed));
        room.join(messages(ended));
        room.join(leaving);
        room.join(leaving);
        assertThat(room.statistics().members()).isEqualTo(3);

        assertThat(room.leave(leaving)).isTrue();
        assertThat(room.leave(leaving)).isFalse();
        CompletableFuture<Void> failure = failed.duplex().closed().toCompletableFuture();
        failed.duplex().reset();
        ended.duplex().end();
        ended.end();
        assertThat(ended.browser().download().read()).isEqualTo(-1);
        get(ended.duplex().closed());
        get(failure.handle((nothing, thrown) -> true));

        while (room.statistics().members() > 0) { // they are told at the same time as this test
            Thread.onSpinWait();
        }
        room.publish("nobody is here");
        assertThat(room.statistics()).isEqualTo(new TopicStatistics(0, 1, 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void aSlowMemberHurtsNobody(Slow slow) throws Exception {
        for (int dialect : new int[] {1, 2}) {
            Simulated.Pair quick = simulated.open(dialect);
            Simulated.Pair standing = simulated.open(dialect);
            Topic<String> topic = topics.topic("room " + dialect, codec).whenSlow(slow);
            topic.join(messages(quick));
            topic.join(messages(standing));
            int count = 100;
            for (int i = 0; i < count; i++) {
                get(quick.duplex().writable()); // it has read, and in dialect 2 has confirmed it
                topic.publish(large(i));
                assertThat(next(quick)).isEqualTo(large(i));
            }
            TopicStatistics statistics = topic.statistics();
            assertThat(statistics.published()).isEqualTo(count);
            assertThat(statistics.reset()).isEqualTo(slow == Slow.RESET ? 1 : 0);
            // As many as its buffers hold, and no more.
            long taken = statistics.delivered() - count;
            assertThat(taken).isBetween(5L, 20L);
            assertThat(statistics.dropped())
                    .isEqualTo(
                            switch (slow) {
                                case RESET -> 0;
                                case DROP -> count - taken;
                                case LATEST -> count - taken - 1;
                            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMemberThatIsResetLearnsWhy(int dialect) throws Exception {
        Simulated.Pair standing = simulated.open(dialect);
        room.join(messages(standing));
        while (room.statistics().reset() == 0) {
            room.publish(large(1));
        }
        TestBrowser.assertFailed(standing.duplex().closed(), ErrorCode.APPLICATION, MessageError.TOO_SLOW.number());
        assertThat(room.statistics().members()).isZero();
    }

    @Test
    void thereAreNeverFewerMembersThanNone() throws Exception {
        Messages<String, String> member = messages(simulated.open(2));
        Callable<Integer> fewest = () -> {
            int least = 0;
            for (int i = 0; i < 50_000; i++) {
                room.join(member);
                room.leave(member);
                least = Math.min(least, room.statistics().members());
            }
            return least;
        };
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Integer> least : threads.invokeAll(Collections.nCopies(4, fewest))) {
                assertThat(least.get()).isZero();
            }
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMemberThatWantsTheLatestGetsItWhenItReadsAgain(int dialect) throws Exception {
        Topic<String> latest = room.whenSlow(Slow.LATEST);
        Simulated.Pair standing = simulated.open(dialect);
        latest.join(messages(standing));
        int count = 50;
        for (int i = 0; i < count; i++) {
            latest.publish(large(i));
        }
        List<String> all = IntStream.range(0, count).mapToObj(TopicTest::large).toList();
        List<String> taken = new ArrayList<>(); // on a busy machine there is room again before the last is published
        while (!taken.contains(large(count - 1))) {
            taken.add(next(standing));
        }
        assertThat(all).containsSubsequence(taken);

        latest.publish("and on"); // only when what came before it is counted
        int missed = count - taken.size();
        assertThat(missed).isPositive();
        assertThat(room.statistics()).isEqualTo(new TopicStatistics(1, count + 1, taken.size() + 1, missed, 0));
        assertThat(next(standing)).isEqualTo("and on");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMemberThatHasLeftGetsNothingMore(int dialect) throws Exception {
        Topic<String> latest = room.whenSlow(Slow.LATEST);
        Simulated.Pair standing = simulated.open(dialect);
        Messages<String, String> messages = messages(standing);
        latest.join(messages);
        while (room.statistics().dropped() == 0) {
            latest.publish(large(1));
        }
        long taken = room.statistics().delivered();
        assertThat(latest.leave(messages)).isTrue();
        for (int i = 0; i < taken; i++) {
            assertThat(next(standing)).isEqualTo(large(1));
        }
        get(standing.duplex().writable());
        messages.send("bye");
        assertThat(next(standing)).isEqualTo("bye");
        assertThat(room.statistics().delivered()).isEqualTo(taken);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMemberThatWaitsForTheLatestLeavesWhenItsDuplexFails(int dialect) throws Exception {
        Topic<String> latest = room.whenSlow(Slow.LATEST);
        Simulated.Pair standing = simulated.open(dialect);
        latest.join(messages(standing));
        while (room.statistics().dropped() == 0) {
            latest.publish(large(1));
        }
        standing.duplex().reset();
        while (room.statistics().members() > 0) { // it is told on a thread of its own
            Thread.onSpinWait();
        }
        latest.publish("nobody is here");
        assertThat(room.statistics().members()).isZero();
    }

    @Test
    void membersMaySendMessagesOfTheirOwnBetweenThoseOfATopic() throws Exception {
        Simulated.Pair pair = simulated.open(2);
        Messages<String, String> messages = messages(pair);
        messages.send("history");
        room.join(messages);
        room.publish("a");
        messages.send("b");
        get(messages.trySend("c"));
        for (String expected : List.of("history", "a", "b", "c")) {
            assertThat(next(pair)).isEqualTo(expected);
        }
    }

    @Test
    void aDuplexWhoseOutputIsUsedOtherwiseCantJoin() throws Exception {
        Simulated.Pair pair = simulated.open(1);
        pair.duplex().outputStream();
        Messages<String, String> messages = messages(pair);
        assertThatIllegalStateException().isThrownBy(() -> room.join(messages));
        assertThat(room.statistics().members()).isZero();
    }

    @Test
    void aMessageThatIsTooLongIsNotPublished() {
        Topic<String> small = room.maxLength(3);
        assertThatIllegalArgumentException().isThrownBy(() -> small.publish("1234"));
        small.publish("123");
        assertThat(room.statistics().published()).isEqualTo(1);
    }

    @Test
    void aTopicThatNobodyHoldsIsForgottenAndTheCountsOfAllStay() {
        topics.topic("held for a moment", codec).publish("x");
        assertThat(topics.statistics().published()).isEqualTo(1);
        // The collector decides when; until then the counts are there.
        while (topics.topic("held for a moment", codec).statistics().published() > 0) {
            System.gc();
        }
        assertThat(topics.statistics().published()).isEqualTo(1);
    }

    @Test
    void aTopicThatALivingDuplexHasLeftIsForgottenToo() throws Exception {
        Messages<String, String> living = messages(simulated.open(2));
        room.join(living);
        Topic<String> left = topics.topic("joined for a moment", codec);
        for (int i = 0; i < 3; i++) {
            left.join(living);
            left.publish("x");
            assertThat(left.leave(living)).isTrue();
        }
        left = room;
        // The collector decides when; until then the counts are there.
        while (topics.topic("joined for a moment", codec).statistics().published() > 0) {
            System.gc();
        }
        assertThat(left.statistics().members()).isEqualTo(1);
    }

    @Test
    void aMemberLeavesAllItsTopicsWhenItsDuplexIsOverAndJoinsNoneAfterwards() throws Exception {
        Simulated.Pair pair = simulated.open(2);
        Messages<String, String> messages = messages(pair);
        Topic<String> another = topics.topic("another room", codec);
        room.join(messages);
        assertThat(room.leave(messages)).isTrue();
        room.join(messages);
        another.join(messages);
        assertThat(topics.statistics().members()).isEqualTo(2);

        pair.duplex().reset();
        while (topics.statistics().members() > 0) { // it is told on a thread of its own
            Thread.onSpinWait();
        }
        another.join(messages);
        assertThat(topics.statistics().members()).isZero();
    }

    /** A bus between two nodes of this test, which gives what was published to both. */
    @Test
    void topicsOfSeveralNodesShareABus() throws Exception {
        Bus bus = Bus.local();
        Topics one = Topics.over(bus);
        Topics other = Topics.over(bus);
        Simulated.Pair here = simulated.open(1);
        Simulated.Pair there = simulated.open(2);
        Topic<String> hereRoom = one.topic("room", codec);
        Topic<String> thereRoom = other.topic("room", codec);
        hereRoom.join(messages(here));
        thereRoom.join(messages(there));

        hereRoom.publish("from here");
        thereRoom.publish("from there");

        for (Simulated.Pair pair : List.of(here, there)) {
            assertThat(next(pair)).isEqualTo("from here");
            assertThat(next(pair)).isEqualTo("from there");
        }
        assertThat(hereRoom.statistics()).isEqualTo(new TopicStatistics(1, 2, 2, 0, 0));
    }

    @Test
    void aListenerThatThrowsKeepsNoMessageFromTheOthers() throws Exception {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException last = new IllegalStateException("last");
        Bus bus = Bus.local();
        for (RuntimeException thrown : List.of(first, first, last)) {
            bus.subscribe((topic, frame) -> {
                throw thrown;
            });
        }
        Simulated.Pair member = simulated.open(2);
        Topic<String> overBus = Topics.over(bus).topic("room", codec);
        overBus.join(messages(member));
        assertThatThrownBy(() -> overBus.publish("hello")).isSameAs(first).hasSuppressedException(last);
        assertThat(next(member)).isEqualTo("hello");
    }

    @Test
    void aBusThatRefusesTellsThePublisherAndOneThatBreaksAMessageIsFoundOut() {
        List<Bus.Listener> listeners = new ArrayList<>();
        Bus refusing = new Bus() {
            @Override
            public void publish(String topic, ByteBuffer message) {
                throw new IllegalStateException("too many wait");
            }

            @Override
            public void subscribe(Listener listener) {
                listeners.add(listener);
            }
        };
        Topic<String> topic = Topics.over(refusing).topic("room", codec);
        assertThatIllegalStateException().isThrownBy(() -> topic.publish("x")).withMessage("too many wait");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> listeners.get(0).published("room", ByteBuffer.allocate(5)));
        listeners.get(0).published("a room that nobody is in", ByteBuffer.allocate(4));
        assertThat(topic.statistics().published()).isZero();
    }
}
