package io.http2duplex.internal.client;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.http2duplex.client.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the transport does while the application makes a client, and when it can't. */
@Timeout(30)
class JdkTransportTest {
    /** Nobody listens there. */
    private static final URI NOBODY = URI.create("http://localhost:1/");

    private final CompletableFuture<Void> called = new CompletableFuture<>();
    private final CompletableFuture<HttpClient> made = new CompletableFuture<>();

    private HttpClient slow() {
        called.complete(null);
        return made.join();
    }

    private static Transport.Call open(Transport transport, CompletableFuture<Throwable> failure) {
        return transport.openDownload(NOBODY, Map.of(), new Transport.Receiver() {
            @Override
            public void answered(Transport.Head head) {}

            @Override
            public void bytes(ByteBuffer bytes) {}

            @Override
            public void ended() {}

            @Override
            public void failed(Throwable cause) {
                failure.complete(cause);
            }
        });
    }

    @Test
    void anApplicationThatTakesItsTimeHoldsUpNobodyElse() throws Exception {
        Transport transport = new JdkTransport(this::slow, 100);
        CompletableFuture<Throwable> first = new CompletableFuture<>();
        CompletableFuture<Transport.Call> opening = CompletableFuture.supplyAsync(() -> open(transport, first));
        called.get(10, SECONDS);
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        CompletableFuture<Throwable> aborted = new CompletableFuture<>();

        // Each returns, while the first is in the application's code.
        CompletableFuture.supplyAsync(() -> open(transport, second)).get(10, SECONDS);
        CompletableFuture.supplyAsync(() -> open(transport, aborted))
                .get(10, SECONDS)
                .abort();

        assertFalse(opening.isDone());
        made.complete(HttpClient.newHttpClient());
        opening.get(10, SECONDS);
        assertInstanceOf(IOException.class, first.get(10, SECONDS));
        assertInstanceOf(IOException.class, second.get(10, SECONDS));
        assertFalse(aborted.isDone());
    }

    @Test
    void requestsThatWaitFailWithTheApplicationAndTheNextOneAsksAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Transport transport =
                new JdkTransport(() -> calls.getAndIncrement() == 0 ? slow() : HttpClient.newHttpClient(), 100);
        CompletableFuture<Transport.Call> opening =
                CompletableFuture.supplyAsync(() -> open(transport, new CompletableFuture<>()));
        called.get(10, SECONDS);
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        open(transport, second);

        IllegalStateException thrown = new IllegalStateException("no key store");
        made.completeExceptionally(thrown);

        assertThrows(ExecutionException.class, () -> opening.get(10, SECONDS));
        Throwable cause = requireNonNull(second.get(10, SECONDS).getCause());
        assertSame(thrown, assertInstanceOf(CompletionException.class, cause).getCause());
        CompletableFuture<Throwable> third = new CompletableFuture<>();
        open(transport, third);
        third.get(10, SECONDS);
        assertEquals(2, calls.get());
    }

    /** As after a lack of memory in its thread, or (on JDK 21 and newer) when the application has shut it down. */
    @Test
    void aClientThatSendsNothingAnyMoreIsReplaced() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Transport transport = new JdkTransport(
                () -> {
                    calls.getAndIncrement();
                    return HttpClient.newHttpClient();
                },
                100);
        Set<Thread> others = selectors();
        assertInstanceOf(ConnectException.class, failureOf(transport));
        assertInstanceOf(ConnectException.class, failureOf(transport));
        assertEquals(1, calls.get());

        for (Thread selector : selectors()) {
            if (!others.contains(selector)) {
                selector.interrupt(); // which ends it
                selector.join();
            }
        }
        assertFalse(failureOf(transport) instanceof ConnectException);
        assertInstanceOf(ConnectException.class, failureOf(transport));
        assertEquals(2, calls.get());
    }

    private static Set<Thread> selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("-SelectorManager"))
                .collect(Collectors.toSet());
    }

    private static Throwable failureOf(Transport transport) throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        try {
            open(transport, failure);
        } catch (RejectedExecutionException e) {
            return e;
        }
        return failure.get(10, SECONDS);
    }
}
