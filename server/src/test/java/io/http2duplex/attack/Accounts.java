package io.http2duplex.attack;

import io.http2duplex.Authorization;
import io.http2duplex.Authorizer;
import io.http2duplex.DuplexRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Takes a request's word for whose it is, and is as slow or as broken as the request asks for. */
final class Accounts implements Authorizer {
    static final String ACCOUNT = "x-account";
    static final String MOOD = "x-mood";
    private static final long SLOW_MILLIS = 100;

    @Override
    public CompletionStage<Authorization> authorize(DuplexRequest request) throws IOException {
        String account = request.header(ACCOUNT);
        if (account == null) {
            return CompletableFuture.completedFuture(Authorization.challenge("Bearer", "Tell who you are."));
        }
        Authorization accepted = Authorization.accept(account);
        String mood = request.header(MOOD);
        return switch (mood == null ? "" : mood) {
            case "throws" -> throw new IOException(Target.FAILURE);
            case "fails" -> CompletableFuture.failedFuture(new IOException(Target.FAILURE));
            case "never" -> new CompletableFuture<>();
            case "refuses" -> CompletableFuture.completedFuture(Authorization.refuse(403, "Not you."));
            case "slow" ->
                CompletableFuture.supplyAsync(
                        () -> accepted, CompletableFuture.delayedExecutor(SLOW_MILLIS, TimeUnit.MILLISECONDS));
            case "blocks" -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SLOW_MILLIS));
                yield CompletableFuture.completedFuture(accepted);
            }
            default -> CompletableFuture.completedFuture(accepted);
        };
    }
}
