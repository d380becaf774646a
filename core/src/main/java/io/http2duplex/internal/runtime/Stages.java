package io.http2duplex.internal.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A maker of stages that applications get. */
final class Stages {
    private Stages() {}

    /**
     * {@return a stage of the caller's own, which completes as the one given does} Its failure is the exception
     * itself. (That of {@link CompletableFuture#minimalCompletionStage} is wrapped in a CompletionException.)
     */
    static CompletionStage<Void> of(CompletionStage<Void> stage) {
        CompletableFuture<Void> own = new CompletableFuture<>();
        stage.whenComplete((nothing, failure) -> {
            if (failure == null) {
                own.complete(null);
            } else {
                own.completeExceptionally(failure);
            }
        });
        return own;
    }
}
