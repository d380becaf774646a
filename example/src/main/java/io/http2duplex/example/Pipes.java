package io.http2duplex.example;

import static java.util.concurrent.CompletableFuture.completedStage;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexRequest;
import io.http2duplex.server.DuplexHandler;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

/**
 * Pipes between any two clients that come to the same path, terminals or pages: the first waits, the second is joined with
 * it, and a third is refused. The one that leaves resets the other.
 */
final class Pipes {
    private static final String TAKEN = "Two have met here already: take another key.";
    /** What stands in a path for bytes that are not UTF-8: different keys could have the same path then. */
    private static final char REPLACEMENT = '\uFFFD';

    /** By path: what the first awaits, the second. From the coming of the first to its end. */
    private final Map<String, CompletableFuture<Duplex>> pipes = new ConcurrentHashMap<>();

    private final long longestWaitMillis;

    /** @param longestWaitMillis how long a first may wait for a second, in milliseconds */
    Pipes(long longestWaitMillis) {
        this.longestWaitMillis = longestWaitMillis;
    }

    /** {@return a handler for these pipes, which says how many may wait} */
    DuplexHandler handler() {
        return DuplexHandler.builder(this::join)
                .authorize(this::authorize)
                .oneRequest(true)
                .maxSessions(1_000)
                .build();
    }

    private CompletionStage<Authorization> authorize(DuplexRequest request) {
        if (request.path().indexOf(REPLACEMENT) >= 0) {
            return completedStage(Authorization.refuse(400, "The key is not UTF-8: take another key."));
        }
        CompletableFuture<Duplex> second = pipes.get(request.path());
        boolean taken = second != null && second.isDone();
        return completedStage(taken ? Authorization.refuse(409, TAKEN) : Authorization.accept());
    }

    private void join(Duplex duplex) {
        String path = duplex.request().path();
        CompletableFuture<Duplex> second = new CompletableFuture<>();
        CompletableFuture<Duplex> awaited = pipes.putIfAbsent(path, second);
        if (awaited == null) {
            duplex.closed().handle((ended, failure) -> pipes.remove(path, second) && second.cancel(false));
            var unused = second.orTimeout(longestWaitMillis, MILLISECONDS).whenComplete((other, failure) -> {
                if (other == null) {
                    duplex.reset(408, "Nobody came to the other end in time.");
                } else {
                    pass(duplex, other);
                    pass(other, duplex);
                }
            });
        } else if (!awaited.complete(duplex)) { // it was free when the request was authorized
            duplex.reset(409, TAKEN);
        }
    }

    /** Passes bytes on as fast as they are taken, and the end; a failure, which may come behind the end, is told here. */
    private static void pass(Duplex from, Duplex to) {
        from.closed().exceptionally(failure -> {
            to.reset(410, "The other end has left.");
            return null;
        });
        from.input().subscribe(new Bytes(to.output()));
    }

    /** A subscriber that passes all but failures on. */
    private record Bytes(Flow.Subscriber<ByteBuffer> output) implements Flow.Subscriber<ByteBuffer> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            output.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            output.onNext(bytes);
        }

        @Override
        public void onComplete() {
            output.onComplete();
        }

        @Override
        public void onError(Throwable failure) {} // closed() tells of it
    }
}
