package io.http2duplex.messages;

import static io.http2duplex.internal.runtime.TestBrowser.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.DuplexException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader of messages gives after a read that has failed: never what did not arrive. */
@Timeout(60)
class MessageReaderTest {
    private final Simulated simulated = new Simulated();
    private Simulated.Pair pair;
    private Messages<String, String> messages;

    /** After a large message the reader changes its chunk for a smaller one, before it waits. */
    @BeforeEach
    void receiveALargeMessage() throws Exception {
        pair = simulated.open(2);
        messages = Messages.over(pair.duplex(), Codec.text(), Codec.text());
        String large = "x".repeat(10_000);
        get(pair.post(frame(large)));
        assertThat(messages.receive()).isEqualTo(large);
    }

    @AfterEach
    void close() {
        simulated.close();
    }

    private static byte[] frame(String text) {
        return Vectors.frames(text.getBytes(UTF_8));
    }

    @Test
    void theNextMessageAfterAnInterruptIsTheNextThatComes() throws Exception {
        interruptReceive();
        interruptReceive();

        get(pair.post(frame("next")));
        assertThat(messages.receive()).isEqualTo("next");
    }

    /** A message may say that the next ones belong to it. */
    @Test
    void whatACodecReadsItselfLosesNoOtherMessage() throws Exception {
        try (Simulated other = new Simulated()) {
            Simulated.Pair ends = other.open(2);
            CompletableFuture<Messages<String, String>> made = new CompletableFuture<>();
            Codec<String> nested = Codec.of(text -> text.getBytes(UTF_8), payload -> {
                String text = new String(payload, UTF_8);
                if (text.equals("head")) {
                    assertThat(made.join().receive()).hasSize(5_000);
                    throw new IllegalStateException("it says nothing itself");
                }
                return text;
            });
            MessageOptions skipping = MessageOptions.DEFAULT.onUnreadable((duplex, payload, why) -> {});
            Messages<String, String> all = Messages.over(ends.duplex(), nested, nested, skipping);
            made.complete(all);
            get(ends.post(frame("head")));
            CompletableFuture<String> read =
                    CompletableFuture.supplyAsync(() -> all.iterator().next());
            byte[] more = "more".getBytes(UTF_8);
            get(ends.post(Vectors.frames("x".repeat(5_000).getBytes(UTF_8), more, more)));
            assertThat(read.get()).isEqualTo("more");
            assertThat(all.receive()).isEqualTo("more");
        }
    }

    private void interruptReceive() throws Exception {
        CompletableFuture<Throwable> interrupted = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                interrupted.completeExceptionally(new AssertionError("There was a message: " + messages.receive()));
            } catch (IOException e) {
                interrupted.complete(e);
            }
        });
        waiting.setDaemon(true);
        waiting.start();
        waiting.interrupt();
        assertThat(get(interrupted)).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void aDuplexThatHasFailedFailsEachReceive() {
        pair.duplex().reset(300, "too bad");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(messages::receive)
                    .isInstanceOfSatisfying(
                            DuplexException.class,
                            failure -> assertThat(failure.number()).isEqualTo(300));
        }
    }

    @Test
    void oneThatWasClosedHasNothingMore() {
        messages.close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(messages::receive)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("closed");
        }
    }
}
