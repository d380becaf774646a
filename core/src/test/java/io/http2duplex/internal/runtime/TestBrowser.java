package io.http2duplex.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.plain.UploadKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The other end of one duplex. */
public interface TestBrowser extends AutoCloseable {
    /** How long a test waits for what has to come, in seconds. */
    long SECONDS = 30;

    /** {@return what the application writes: reading fails with an IOException if it was broken off} */
    InputStream download();

    /** Sends a POST. {@return the status of its answer} */
    CompletableFuture<Integer> post(UploadKind kind, byte[] body);

    /** {@return the status of HTTP that tells that outcome} */
    static int status(UploadOutcome outcome) {
        return switch (outcome.kind()) {
            case TAKEN -> 200;
            case PROCESSED -> 204;
            case REFUSED -> Objects.requireNonNull(outcome.problem()).status();
        };
    }

    /** Breaks the download off. */
    void vanish();

    @Override
    void close();

    static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    }

    static CompletableFuture<byte[]> readAll(InputStream input) {
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                all.complete(input.readAllBytes());
            } catch (IOException e) {
                all.completeExceptionally(e);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return all;
    }

    static void assertFailed(CompletionStage<Void> closed, ErrorCode code, int number) {
        assertThatThrownBy(() -> get(closed.handle((nothing, thrown) -> {
                    throw new CompletionException(thrown instanceof CompletionException e ? e.getCause() : thrown);
                })))
                .cause()
                .isInstanceOfSatisfying(DuplexException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.number()).isEqualTo(number);
                });
    }
}
