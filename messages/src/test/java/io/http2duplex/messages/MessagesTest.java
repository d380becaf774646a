package io.http2duplex.messages;

import static io.http2duplex.internal.runtime.TestBrowser.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.runtime.Hidden;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Messages of blocking applications, over simulated browsers of both dialects. */
@Timeout(60)
class MessagesTest {
    record Chat(String text) {}

    private final Simulated simulated = new Simulated();

    @AfterEach
    void close() {
        simulated.close();
    }

    private static Messages<String, String> text(Duplex duplex) {
        return Messages.over(duplex, Codec.text(), Codec.text());
    }

    private static byte[] frames(String... texts) {
        byte[][] payloads = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            payloads[i] = texts[i].getBytes(UTF_8);
        }
        return Vectors.frames(payloads);
    }

    /** Runs what may block on a thread of its own. */
    private static <T> CompletableFuture<T> async(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static <T> Throwable failure(CompletableFuture<T> result) throws Exception {
        return get(result.<Throwable>handle(
                (value, thrown) -> thrown instanceof CompletionException wrapped ? wrapped.getCause() : thrown));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anApplicationIteratesOverMessagesAndAnswersUntilTheEnd(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        CompletableFuture<Void> application = async(() -> {
            try (Messages<Chat, Chat> messages =
                    Messages.over(pair.duplex(), JsonMapper.shared(), Chat.class, Chat.class)) {
                for (Chat message : messages) {
                    messages.send(new Chat(message.text() + "!"));
                }
            }
            return null;
        });
        byte[] all = frames("{\"text\":\"a\"}", "{\"text\":\"zu spät ☂\"}", "{\"text\":\"c\"}");
        for (int at = 0; at < all.length; at += 7) {
            get(pair.post(Arrays.copyOfRange(all, at, Math.min(all.length, at + 7))));
        }

        assertThat(new String(pair.next(), UTF_8)).isEqualTo("{\"text\":\"a!\"}");
        assertThat(new String(pair.next(), UTF_8)).isEqualTo("{\"text\":\"zu spät ☂!\"}");
        assertThat(new String(pair.next(), UTF_8)).isEqualTo("{\"text\":\"c!\"}");
        pair.end();
        get(application);
        assertThat(pair.browser().download().read()).isEqualTo(-1);
        get(pair.duplex().closed());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void eachThreadThatWaitsForAMessageCanBeInterrupted(int dialect) throws Exception {
        Messages<String, String> messages = text(simulated.open(dialect).duplex());
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<String>> received = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            received.add(async(() -> {
                threads.add(Thread.currentThread());
                return messages.receive();
            }));
            while (threads.size() <= i || threads.get(i).getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        threads.get(1).interrupt(); // which waits behind the other
        assertThat(failure(received.get(1))).isInstanceOf(InterruptedIOException.class);
        assertThat(received.get(0)).isNotDone();
        threads.get(0).interrupt();
        assertThat(failure(received.get(0))).isInstanceOf(InterruptedIOException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void emptyMessagesAndLargeOnesGoBothWays(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<byte[], byte[]> messages = Messages.over(pair.duplex(), Codec.bytes(), Codec.bytes());
        List<byte[]> sent = List.of(
                new byte[0], TestBrowser.random(300_000), new byte[0], TestBrowser.random(1024 * 1024), new byte[1]);
        CompletableFuture<Void> application = async(() -> {
            for (byte[] message : messages) {
                messages.send(message);
            }
            return null;
        });
        CompletableFuture<Void> posted = async(() -> {
            for (byte[] message : sent) {
                byte[] frame = Vectors.frames(message);
                for (int at = 0; at < frame.length; at += 50_000) {
                    get(pair.post(Arrays.copyOfRange(frame, at, Math.min(frame.length, at + 50_000))));
                }
            }
            return null;
        });
        for (byte[] message : sent) {
            assertThat(pair.next()).isEqualTo(message);
        }
        get(posted);
        pair.end();
        get(application);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void thousandsOfSmallMessagesComeInSequence(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        int count = 20_000;
        Messages<String, String> messages = text(pair.duplex());
        CompletableFuture<Void> sender = async(() -> {
            for (int i = 0; i < count; i++) {
                messages.send(Integer.toString(i));
            }
            return null;
        });
        for (int i = 0; i < count; i++) {
            assertThat(new String(pair.next(), UTF_8)).isEqualTo(Integer.toString(i));
        }
        get(sender);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatSeveralThreadsSendDoesNotMix(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        List<CompletableFuture<Void>> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String message = String.valueOf((char) ('a' + i)).repeat(5_000 * i);
            senders.add(async(() -> {
                for (int j = 0; j < 50; j++) {
                    messages.send(message);
                }
                return null;
            }));
        }
        for (int i = 0; i < 200; i++) {
            String message = new String(pair.next(), UTF_8);
            assertThat(message.chars().distinct().count()).isLessThanOrEqualTo(1);
            assertThat(message.length() % 5_000).isZero();
        }
        for (CompletableFuture<Void> sender : senders) {
            get(sender);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsSentToAFullDuplexWithoutBlockingFailsAndNothingOfItIsSent(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        String message = "x".repeat(10_000);
        int sent = 0;
        Throwable refused = null;
        while (refused == null) {
            CompletableFuture<Void> stage = messages.trySend(message).toCompletableFuture();
            refused = stage.isCompletedExceptionally() ? failure(stage) : null;
            sent += refused == null ? 1 : 0;
            assertThat(sent).isLessThan(100);
        }
        assertThat(refused)
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));

        // What is taken after that proves that nothing of the refused one is between.
        CompletableFuture<Void> last = async(() -> {
            messages.send("last");
            return null;
        });
        String seen = new String(pair.next(), UTF_8);
        while (seen.equals(message)) {
            seen = new String(pair.next(), UTF_8);
        }
        assertThat(seen).isEqualTo("last");
        get(last);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anEncodedMessageIsSentToMany(int dialect) throws Exception {
        List<Simulated.Pair> pairs = List.of(simulated.open(dialect), simulated.open(dialect), simulated.open(dialect));
        Messages<String, String> first = text(pairs.get(0).duplex());
        Encoded encoded = first.encode("x".repeat(5_000));
        assertThat(encoded.length()).isEqualTo(5_000);

        first.send(encoded);
        get(text(pairs.get(1).duplex()).trySend(encoded));
        text(pairs.get(2).duplex()).send(encoded);

        for (Simulated.Pair pair : pairs) {
            assertThat(new String(pair.next(), UTF_8)).isEqualTo("x".repeat(5_000));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMessageThatIsTooLongToBeSentIsRefusedAndTheDuplexLivesOn(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        MessageOptions options = MessageOptions.DEFAULT.maxLength(5);
        Messages<String, String> messages = Messages.over(pair.duplex(), Codec.text(), Codec.text(), options);
        assertThatIllegalArgumentException().isThrownBy(() -> messages.send("123456"));
        assertThatIllegalArgumentException().isThrownBy(() -> messages.trySend("123456"));
        Encoded long6 = text(pair.duplex()).encode("123456");
        assertThatIllegalArgumentException().isThrownBy(() -> messages.send(long6));

        messages.send("12345");
        assertThat(pair.next()).hasSize(5);
    }

    private void assertReset(Simulated.Pair pair, Messages<?, ?> messages, MessageError error) throws Exception {
        for (int i = 0; i < 2; i++) { // again the same
            assertThatThrownBy(messages::receive).isInstanceOfSatisfying(DuplexException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.APPLICATION);
                assertThat(e.number()).isEqualTo(error.number());
            });
        }
        TestBrowser.assertFailed(pair.duplex().closed(), ErrorCode.APPLICATION, error.number());
        assertThatThrownBy(() -> pair.browser().download().readAllBytes()).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMessageThatIsTooLongResetsItsDuplexAndNoOther(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Simulated.Pair other = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        Messages<String, String> others = text(other.duplex());
        get(pair.post(frames("fine")));
        pair.postUnanswered(new byte[] {0, 16, 0, 1});

        assertThat(messages.receive()).isEqualTo("fine");
        assertReset(pair, messages, MessageError.TOO_LONG);

        get(other.post(frames("still here")));
        assertThat(others.receive()).isEqualTo("still here");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMessageThatCantBeReadResetsTheDuplex(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<Chat, Chat> messages = Messages.over(pair.duplex(), JsonMapper.shared(), Chat.class, Chat.class);
        get(pair.post(frames("{\"text\":\"a\"}", "{\"text\":", "{\"text\":\"b\"}")));

        assertThat(messages.receive()).isEqualTo(new Chat("a"));
        assertThatThrownBy(messages::receive)
                .hasMessageContaining("Message 2, of 8 bytes")
                .hasCauseInstanceOf(RuntimeException.class);
        assertReset(pair, messages, MessageError.UNREADABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void messagesThatCantBeReadAreSkippedIfAHandlerTakesThem(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        List<String> unreadable = new ArrayList<>();
        MessageOptions options = MessageOptions.DEFAULT.onUnreadable(
                (duplex, payload, why) -> unreadable.add(new String(payload, UTF_8) + ", " + why.getMessage()));
        Messages<Chat, Chat> messages =
                Messages.over(pair.duplex(), JsonMapper.shared(), Chat.class, Chat.class, options);
        get(pair.post(frames("{", "null", "{\"text\":\"b\"}")));
        pair.end();

        assertThat(messages.receive()).isEqualTo(new Chat("b"));
        assertThat(messages.receive()).isNull();
        assertThat(unreadable).hasSize(2).element(1).isEqualTo("null, null is no message");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aHandlerOfUnreadableMessagesThatThrowsResetsTheDuplex(int dialect) throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("enough"), new AssertionError("enough"))) {
            Simulated.Pair pair = simulated.open(dialect);
            MessageOptions options =
                    MessageOptions.DEFAULT.onUnreadable((duplex, payload, why) -> Hidden.raise(thrown));
            Messages<Chat, Chat> messages =
                    Messages.over(pair.duplex(), JsonMapper.shared(), Chat.class, Chat.class, options);
            get(pair.post(frames("{")));

            assertThatThrownBy(messages::receive).hasRootCauseMessage("enough");
            assertReset(pair, messages, MessageError.UNREADABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anEndInTheMiddleOfAMessageIsAFailureAndNoMessage(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        get(pair.post(frames("whole")));
        get(pair.post(new byte[] {0, 0, 0, 5, 'c', 'u'}));
        pair.end();

        assertThat(messages.receive()).isEqualTo("whole");
        assertReset(pair, messages, MessageError.CUT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theFailureOfTheDuplexComesOutOfIterationAndOfSending(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        Iterator<String> iterator = messages.iterator();
        CompletableFuture<Boolean> waiting = async(iterator::hasNext);

        pair.duplex().reset(300, "enough");

        assertThat(failure(waiting)).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(DuplexException.class);
        assertThatThrownBy(() -> messages.send("x")).isInstanceOf(DuplexException.class);
        CompletionStage<Void> sent = messages.trySend("x");
        TestBrowser.assertFailed(sent, ErrorCode.APPLICATION, 300);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void closingEndsThisSideAndDropsWhatStillArrives(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        try (Messages<String, String> messages = text(pair.duplex())) {
            messages.send("bye");
        }
        assertThat(new String(pair.next(), UTF_8)).isEqualTo("bye");
        assertThat(pair.browser().download().read()).isEqualTo(-1);
        get(pair.post(new byte[200_000]));
        pair.end();
        get(pair.duplex().closed());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void eachDirectionIsUsedThroughOneFace(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        assertThat(messages.iterator()).isSameAs(messages.iterator());
        assertThatIllegalStateException().isThrownBy(messages::publisher);

        messages.send("x");
        messages.trySend("y");
        assertThatIllegalStateException().isThrownBy(() -> pair.duplex().outputStream());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void afterTheLastMessageThereIsNone(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        pair.end();
        Iterator<String> iterator = text(pair.duplex()).iterator();
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whateverACodecThrowsMeansThatAMessageCantBeRead(int dialect) throws Exception {
        for (Throwable thrown : List.of(
                new TimeoutException("hidden"),
                new StackOverflowError(),
                new AssertionError(),
                new NoClassDefFoundError("missing"))) {
            Simulated.Pair pair = simulated.open(dialect);
            Codec<String> broken = Codec.of(text -> text.getBytes(UTF_8), payload -> {
                Hidden.raise(thrown);
                return "";
            });
            Messages<String, String> messages = Messages.over(pair.duplex(), broken, Codec.text());
            pair.postUnanswered(frames("a"));
            assertReset(pair, messages, MessageError.UNREADABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMessageThatACodecCantEncodeIsNotSentAndTheDuplexLivesOn(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Codec<String> broken = new Codec<>() {
            @Override
            @SuppressWarnings("NullAway")
            public byte[] encode(String text) {
                if (text.equals("fails")) {
                    Hidden.raise(new TimeoutException("hidden"));
                }
                if (text.equals("has itself as a part")) {
                    Hidden.raise(new StackOverflowError());
                }
                return text.isEmpty() ? null : text.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] payload) {
                return new String(payload, UTF_8);
            }
        };
        Messages<String, String> messages = Messages.over(pair.duplex(), broken, broken);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> messages.send("fails"))
                .withMessageContaining("hidden");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> messages.send("has itself as a part"))
                .withMessageContaining("StackOverflowError");
        assertThatIllegalArgumentException().isThrownBy(() -> messages.send("")).withMessageContaining("null");
        messages.send("x");
        assertThat(pair.next()).containsExactly('x');
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aThreadThatWaitsForAMessageBehindAnotherCanBeInterrupted(int dialect) throws Exception {
        Simulated.Pair pair = simulated.open(dialect);
        Messages<String, String> messages = text(pair.duplex());
        CompletableFuture<String> first = new CompletableFuture<>();
        whileItWaits(() -> first.complete(messages.receive()));
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        Thread waiting = whileItWaits(() -> {
            try {
                messages.receive();
            } catch (IOException e) {
                second.complete(e);
            }
            return null;
        });
        waiting.interrupt();
        assertThat(get(second)).isInstanceOf(InterruptedIOException.class);
        get(pair.post(frames("for the first")));
        assertThat(get(first)).isEqualTo("for the first");
    }

    /** Runs a task that waits. {@return its thread, once it does} */
    private static Thread whileItWaits(Callable<?> task) {
        Thread thread = new Thread(() -> {
            try {
                task.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }
}
