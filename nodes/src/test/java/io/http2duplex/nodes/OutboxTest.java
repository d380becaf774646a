package io.http2duplex.nodes;

import static io.http2duplex.nodes.Recorded.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of publishers and messages when the other nodes do not take them. */
@Timeout(60)
class OutboxTest {
    private final Recorded recorded = new Recorded();
    private final Recorded local = new Recorded();

    private NodesBus bus(long maxQueued, Outbox.Carrier carrier) {
        NodesBus bus =
                new NodesBus("test", BusOptions.DEFAULT.maxQueued(maxQueued).observer(recorded), carrier);
        bus.subscribe(local);
        bus.start();
        return bus;
    }

    @Test
    void aCarrierThatBlocksHoldsUpNoPublisherAndNoMemberOfThisNode() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        Semaphore gate = new Semaphore(0);
        int[] sent = {0};
        NodesBus bus = bus(10 * (100 + 2 + 1 + 4 + 4), (batch, messages) -> {
            taken.countDown();
            gate.acquire();
            sent[0] += messages;
        });
        bus.publish("a", bytes("0000"));
        taken.await();
        for (int i = 1; i <= 25; i++) {
            bus.publish("a", bytes(String.format("%04d", i)));
        }

        assertThat(local.messages).hasSize(26);
        assertThat(bus.statistics().lost()).isEqualTo(15);
        assertThat(recorded.events).containsExactly("lost");
        assertThat(bus.statistics().queued()).isEqualTo(10 * 111);

        gate.release(100);
        bus.close();
        assertThat(sent[0]).isEqualTo(11);
        assertThat(bus.statistics()).isEqualTo(new BusStatistics(26, 0, 15, 0));
    }

    @Test
    void whatFailsToBeSentIsCountedAndTheNextIsSent() {
        NodesBus bus = bus(1_000_000, (batch, messages) -> {
            throw new IOException("broken");
        });
        bus.publish("a", bytes("1"));
        Await.until("the first is lost", () -> bus.statistics().lost() == 1);
        bus.publish("a", bytes("2"));
        Await.until("the second is lost", () -> bus.statistics().lost() == 2);
        bus.close();
        bus.publish("a", bytes("3"));
        assertThat(bus.statistics().lost()).isEqualTo(3);
        assertThat(local.messages).containsExactly("a: 1", "a: 2", "a: 3");
    }

    @Test
    void anErrorOfTheCarrierEndsNothing() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        NodesBus bus = bus(1_000_000, (batch, messages) -> {
            if (calls.incrementAndGet() == 1) {
                throw new OutOfMemoryError("of the test");
            }
            sent.countDown();
        });
        bus.publish("a", bytes("1"));
        Await.until("the first is lost", () -> bus.statistics().lost() == 1);
        bus.publish("a", bytes("2"));
        sent.await();
        bus.close();
        assertThat(bus.statistics().lost()).isEqualTo(1);
    }

    @Test
    void anObserverThatFailsEndsNothing() {
        BusObserver failing = new BusObserver() {
            @Override
            public void lost(long messages, String why) {
                throw new IllegalStateException("a failure of the test's observer");
            }
        };
        NodesBus bus = new NodesBus("test", BusOptions.DEFAULT.observer(failing), (batch, messages) -> {
            throw new IOException("broken");
        });
        bus.start();
        bus.publish("a", bytes("1"));
        Await.until("the first is lost", () -> bus.statistics().lost() == 1);
        bus.publish("a", bytes("2"));
        Await.until("the second is lost", () -> bus.statistics().lost() == 2);
        bus.close();
    }

    @Test
    void aMessageOfAnotherNodeThatCannotBeDeliveredTakesNoOtherOfItsBatchAlong() {
        NodesBus bus = new NodesBus("test", BusOptions.DEFAULT.observer(recorded), (batch, messages) -> {});
        bus.subscribe((topic, message) -> {
            if (topic.equals("bad")) {
                throw new IllegalArgumentException("no message in a frame");
            }
        });
        bus.subscribe(local);
        bus.received(ByteBuffer.wrap(new Batch(1)
                .encode(List.of(
                        new Batch.Message("a", bytes("1")),
                        new Batch.Message("bad", bytes("2")),
                        new Batch.Message("b", bytes("3"))))));
        assertThat(local.messages).containsExactly("a: 1", "bad: 2", "b: 3");
    }

    @Test
    void whatIsNoBatchIsToldOnceASecondAtMost() {
        NodesBus bus = new NodesBus("test", BusOptions.DEFAULT.observer(recorded), (batch, messages) -> {});
        AtomicInteger warnings = new AtomicInteger();
        Handler counting = new Handler() {
            @Override
            public void publish(LogRecord line) {
                warnings.incrementAndGet();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        counting.setLevel(Level.WARNING);
        Logger log = Logger.getLogger(NodesBus.class.getName());
        log.addHandler(counting);
        try {
            long begin = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                bus.received(ByteBuffer.wrap(new byte[i % 20]));
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
            assertThat(warnings.get()).isBetween(1, (int) seconds + 1);
        } finally {
            log.removeHandler(counting);
        }
    }

    @Test
    void aBatchIsReadByOtherNodesAndIgnoredByItsOwn() {
        Batch one = new Batch(1);
        byte[] bytes = one.encode(
                List.of(new Batch.Message("täglich", bytes("é")), new Batch.Message("", ByteBuffer.allocate(300_000))));

        List<Batch.Message> read = new Batch(2).decode(ByteBuffer.wrap(bytes));
        assertThat(read).hasSize(2);
        assertThat(read.get(0).topic).isEqualTo("täglich");
        assertThat(read.get(0).content).isEqualTo(bytes("é"));
        assertThat(read.get(1).content.remaining()).isEqualTo(300_000);
        assertThat(one.decode(ByteBuffer.wrap(bytes))).isEmpty();
    }

    @Test
    void aBatchThatIsCutAnywhereIsRefusedAndAllocatesNothingLarge() {
        byte[] whole = new Batch(1).encode(List.of(new Batch.Message("topic", bytes("content"))));
        for (int length = 0; length < whole.length; length++) {
            if (length != Long.BYTES) {
                ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(whole, length));
                assertThatIllegalArgumentException().isThrownBy(() -> new Batch(2).decode(cut));
            }
        }
        ByteBuffer huge = ByteBuffer.allocate(14).putLong(1).putShort((short) 0).putInt(Integer.MAX_VALUE);
        assertThatIllegalArgumentException().isThrownBy(() -> new Batch(2).decode(huge.flip()));
    }

    @Test
    void theNameOfATopicHasABound() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Batch.Message("x".repeat(65_536), bytes("")));
    }

    /** Throws an exception that no signature tells of, as code in Kotlin may. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void hide(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** An observer that keeps the texts. */
    private static final class Texts implements BusObserver {
        final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        public void connected(String detail) {
            all.add(detail);
        }

        @Override
        public void disconnected(String detail) {
            all.add(detail);
        }

        @Override
        public void lost(long messages, String why) {
            all.add(why);
        }
    }

    @Test
    void whatAnObserverIsToldMayBeLogged() {
        Texts texts = new Texts();
        BusObserver guarded = new GuardedObserver(texts);
        String nasty = "2 nodes: [a, b\n2026 ERROR all is lost\u001b[2J\u0085\u2028]";
        guarded.connected(nasty);
        guarded.disconnected(nasty);
        guarded.lost(1, nasty);
        guarded.connected("x".repeat(100_000));
        assertThat(texts.all.subList(0, 3))
                .allMatch("2 nodes: [a, b\ufffd2026 ERROR all is lost\ufffd[2J\ufffd\ufffd]"::equals);
        assertThat(texts.all.get(3)).hasSize(1_001).endsWith("…");
    }

    @Test
    void anObserverWhoseCheckedExceptionNoSignatureTellsOfEndsNothing() {
        BusObserver failing = new BusObserver() {
            @Override
            public void lost(long messages, String why) {
                OutboxTest.<RuntimeException>hide(new IOException("a failure of the test's observer"));
            }
        };
        new GuardedObserver(failing).lost(1, "why");
    }

    @Test
    void anErrorOfTheCarrierCostsABatchAndNoMore() {
        List<Integer> sent = new CopyOnWriteArrayList<>();
        NodesBus bus = bus(1_000_000, (batch, messages) -> {
            if (sent.isEmpty()) {
                sent.add(0);
                throw new OutOfMemoryError("of the test");
            }
            sent.add(messages);
        });
        bus.publish("a", bytes("1"));
        Await.until("the first is lost", () -> bus.statistics().lost() == 1);
        bus.publish("a", bytes("2"));
        Await.until("the second is sent", () -> sent.size() == 2);
        bus.close();
    }

    @Test
    void aBusThatWasClosedSaysSoAndCountsWhatHasWaited() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        Texts texts = new Texts();
        NodesBus bus = new NodesBus("test", BusOptions.DEFAULT.observer(texts), (batch, messages) -> {
            taken.countDown();
            new Semaphore(0).acquire();
        });
        bus.start();
        bus.publish("a", bytes("under way"));
        taken.await();
        bus.publish("a", bytes("waits"));
        bus.publish("a", bytes("waits, too"));
        bus.close();
        Await.until("all are counted", () -> bus.statistics().lost() == 3);
        assertThat(bus.statistics().queued()).isZero();
        bus.publish("a", bytes("late"));
        assertThat(bus.statistics().lost()).isEqualTo(4);
        assertThat(texts.all).isNotEmpty().allMatch("the bus was closed"::equals);
    }

    @Test
    void anErrorOfAListenerTakesNoOtherMessageOfTheBatchAlong() {
        NodesBus bus = new NodesBus("test", BusOptions.DEFAULT.observer(recorded), (batch, messages) -> {});
        bus.subscribe((topic, message) -> {
            if (topic.equals("bad")) {
                throw new StackOverflowError("of the test");
            }
        });
        bus.subscribe(local);
        bus.received(ByteBuffer.wrap(new Batch(1)
                .encode(List.of(new Batch.Message("bad", bytes("1")), new Batch.Message("b", bytes("2"))))));
        assertThat(local.messages).containsExactly("bad: 1", "b: 2");
    }

    @Test
    void aBatchOfMoreMessagesThanAnyNodeSendsIsRefused() {
        Batch.Message large = new Batch.Message("", ByteBuffer.allocate(3 * Batch.LARGEST));
        Batch.Message small = new Batch.Message("", bytes("1"));
        assertThat(new Batch(2).decode(ByteBuffer.wrap(new Batch(1).encode(List.of(small, large)))))
                .hasSize(2);
        byte[] both = new Batch(1).encode(List.of(large, small));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Batch(2).decode(ByteBuffer.wrap(both)))
                .withMessageContaining("too large");
    }
}
