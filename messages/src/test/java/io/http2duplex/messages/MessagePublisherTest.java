package io.http2duplex.messages;

import static io.http2duplex.internal.runtime.TestBrowser.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.runtime.Hidden;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MessagePublisherTest {
    private final Simulated simulated = new Simulated();

    @AfterEach
    void close() {
        simulated.close();
    }

    /** A subscriber that requests when the test says so. */
    private static class Collected implements Flow.Subscriber<String> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(String message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable thrown) {
            end.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }

        void request(long count) throws Exception {
            get(subscription).request(count);
        }

        @Nullable
        String next() throws InterruptedException {
            return messages.poll(TestBrowser.SECONDS, TimeUnit.SECONDS);
        }

        Throwable failure() throws Exception {
            return get(end.<Throwable>handle((nothing, thrown) -> thrown));
        }
    }

    private static byte[] frames(String... texts) {
        byte[][] payloads = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            payloads[i] = texts[i].getBytes(UTF_8);
        }
        return Vectors.frames(payloads);
    }

    private static Collected subscribed(Simulated.Pair pair) {
        Collected collected = new Collected();
        Messages.over(pair.duplex(), Codec.text(), Codec.text()).publisher().subscribe(collected);
        return collected;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void eachRequestBringsOneMessageAndTheEndNeedsNone(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Collected collected = subscribed(pair);
        get(pair.post(frames("a", "", "c")));
        pair.end();
        for (String expected : new String[] {"a", "", "c"}) {
            assertThat(collected.messages).isEmpty();
            assertThat(collected.end).isNotDone();
            collected.request(1);
            assertThat(collected.next()).isEqualTo(expected);
        }
        get(collected.end);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCodecThatFailsForLackOfAClassIsNoFaultOfTheSubscriberWhichIsTold(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Codec<String> broken = Codec.of(text -> text.getBytes(UTF_8), payload -> {
            throw new NoClassDefFoundError("missing");
        });
        Collected collected = new Collected();
        Messages.over(pair.duplex(), broken, Codec.text()).publisher().subscribe(collected);
        collected.request(1);
        get(pair.post(frames("a")));
        assertThat(collected.failure()).isInstanceOf(DuplexException.class).hasRootCauseMessage("missing");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void largeMessagesAreWhole(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Collected collected = subscribed(pair);
        collected.request(Long.MAX_VALUE);
        String large = "x".repeat(300_000);
        byte[] frames = frames(large, "small", large);
        for (int at = 0; at < frames.length; at += 50_000) {
            get(pair.post(Arrays.copyOfRange(frames, at, Math.min(frames.length, at + 50_000))));
        }
        pair.end();
        assertThat(collected.next()).isEqualTo(large);
        assertThat(collected.next()).isEqualTo("small");
        assertThat(collected.next()).isEqualTo(large);
        get(collected.end);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMessageThatIsTooLongAndOneThatIsCutAreErrors(int dialect) throws Exception {
        Simulated.Pair longOne = simulated.open(dialect);
        Collected first = subscribed(longOne);
        first.request(10);
        longOne.postUnanswered(new byte[] {0, 0, 0, 1, 'a', 127, 0, 0, 0});
        assertThat(first.next()).isEqualTo("a");
        assertNumber(first.failure(), MessageError.TOO_LONG);
        TestBrowser.assertFailed(longOne.duplex().closed(), ErrorCode.APPLICATION, MessageError.TOO_LONG.number());

        Simulated.Pair cutOne = simulated.open(dialect);
        Collected second = subscribed(cutOne);
        second.request(10);
        get(cutOne.post(new byte[] {0, 0, 0, 2, 'a'}));
        cutOne.end();
        assertNumber(second.failure(), MessageError.CUT);
        assertThat(second.messages).isEmpty();
    }

    private static void assertNumber(Throwable thrown, MessageError error) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.number()).isEqualTo(error.number()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSubscriberThatThrowsResetsTheDuplex(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Collected broken = new Collected() {
            @Override
            public void onNext(String message) {
                throw new IllegalStateException("made to fail by the test");
            }
        };
        Messages.over(pair.duplex(), Codec.text(), Codec.text()).publisher().subscribe(broken);
        broken.request(1);
        pair.postUnanswered(frames("a"));
        TestBrowser.assertFailed(pair.duplex().closed(), ErrorCode.HANDLER_FAILED, ErrorCode.HANDLER_FAILED.number());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void afterACancellationNothingComesAndTheClientIsNotHeldUp(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Collected collected = subscribed(pair);
        get(pair.post(frames("a", "b")));
        collected.request(1);
        assertThat(collected.next()).isEqualTo("a");
        get(collected.subscription).cancel();
        get(pair.post(new byte[200_000]));
        collected.request(1);
        pair.end();
        pair.duplex().end();
        get(pair.duplex().closed());
        assertThat(collected.messages).isEmpty();
        assertThat(collected.end).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSubscriberWhoseCheckedExceptionNoSignatureTellsOfResetsTheDuplex(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Collected broken = new Collected() {
            @Override
            public void onNext(String message) {
                Hidden.raise(new IOException("made to fail by the test"));
            }
        };
        Messages.over(pair.duplex(), Codec.text(), Codec.text()).publisher().subscribe(broken);
        broken.request(1);
        pair.postUnanswered(frames("a"));
        TestBrowser.assertFailed(pair.duplex().closed(), ErrorCode.HANDLER_FAILED, ErrorCode.HANDLER_FAILED.number());
    }
}
