package io.http2duplex.example;

import io.http2duplex.Authorization;
import io.http2duplex.Authorizer;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexRequest;
import io.http2duplex.server.DuplexHandler;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Pipes between any two clients that come to the same path, terminals or pages: the first waits, the second is joined with
 * it, and a third is refused. The one that leaves resets the other.
 */
final class Pipes implements DuplexCallback, Authorizer {
    private static final String TAKEN = "Two have met here already: take another key.";

    /** By path: what the first awaits, the second. From the coming of the first to its end. */
    private final Map<String, CompletableFuture<Duplex>> pipes = new ConcurrentHashMap<>();

    private final long longestWaitMillis;

    /** @param longestWaitMillis how long a first may wait for a second, in milliseconds */
    Pipes(long longestWaitMillis) {
        this.longestWaitMillis = longestWaitMillis;
    }

    /** {@return a handler for these pipes, which says how many may wait} */
    DuplexHandler handler() {
        return DuplexHandler.builder(this)
                .authorize(this)
                .oneRequest(true)
                .maxSessions(1_000)
                .build();
    }

    @Override
    public CompletionStage<Authorization> authorize(DuplexRequest request) {
        CompletableFuture<Duplex> second = pipes.get(request.path());
        boolean taken = second != null && second.isDone();
        return CompletableFuture.completedStage(taken ? Authorization.refuse(409, TAKEN) : Authorization.accept());
    }

    @Override
    public void onDuplex(Duplex duplex) {
        String path = duplex.request().path();
        CompletableFuture<Duplex> second = new CompletableFuture<>();
        CompletableFuture<Duplex> awaited = pipes.putIfAbsent(path, second);
        if (awaited == null) {
            await(second, path, duplex);
        } else if (!awaited.complete(duplex)) { // it was free when the request was authorized
            duplex.reset(409, TAKEN);
        }
    }

    private void await(CompletableFuture<Duplex> second, String path, Duplex first) {
        var unused = second.orTimeout(longestWaitMillis, TimeUnit.MILLISECONDS).whenComplete((other, failure) -> {
            if (other == null) {
                first.reset(408, "Nobody came to the other end in time.");
            } else {
                join(first, other);
            }
        });
        first.closed().whenComplete((ended, failure) -> {
            second.cancel(false);
            pipes.remove(path, second);
        });
    }

    private static void join(Duplex first, Duplex second) {
        first.input().subscribe(second.output());
        second.input().subscribe(first.output());
        // A failure goes through an open stream; this is for one that comes when that stream has ended.
        resetWith(first, second);
        resetWith(second, first);
    }

    private static void resetWith(Duplex one, Duplex other) {
        one.closed().exceptionally(failure -> {
            other.reset(410, "The other end has left.");
            return null;
        });
    }
}
