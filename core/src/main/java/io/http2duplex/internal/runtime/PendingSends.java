package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The stages of sends, of the end, and of room, that wait for the transport. Guarded by the lock of its duplex. */
final class PendingSends {
    private record Pending(long offset, CompletableFuture<Void> stage) {}

    private final ArrayDeque<Pending> pending = new ArrayDeque<>(0);
    private @Nullable CompletableFuture<Void> end;
    private @Nullable CompletableFuture<Void> room;

    /** {@return a stage for the transport's having taken the bytes up to that offset, which never falls} */
    CompletionStage<Void> add(long offset) {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        pending.add(new Pending(offset, stage));
        return Stages.of(stage);
    }

    /** {@return a stage for the transport's having taken everything and the end} */
    CompletionStage<Void> end() {
        if (end == null) {
            end = new CompletableFuture<>();
        }
        return Stages.of(end);
    }

    /** {@return a stage for room, for which the session was asked to notify} */
    CompletionStage<Void> room() {
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return Stages.of(room);
    }

    /** {@return what completes the stages whose time has come, to be run without the lock; null if there are none} */
    @Nullable
    Runnable settled(Session session) {
        Failure failure = session.failure();
        List<CompletableFuture<Void>> done = new ArrayList<>(1);
        Pending head;
        while ((head = pending.peek()) != null && (failure != null || head.offset() <= session.takenOffset())) {
            done.add(pending.remove().stage());
        }
        if (head != null) {
            session.notifyOutputAt(head.offset());
        }
        if (end != null && (failure != null || session.isOutputEnded())) {
            done.add(end);
            end = null;
        }
        CompletableFuture<Void> writable = room;
        IOException over = writable == null ? null : SessionDuplex.whyNoOutput(session);
        if (writable != null && over == null && session.outputRoom() == 0) {
            session.notifyOutputRoom();
            writable = null;
        }
        if (writable != null) {
            room = null;
        }
        return done.isEmpty() && writable == null ? null : completion(done, failure, writable, over);
    }

    private static Runnable completion(
            List<CompletableFuture<Void>> done,
            @Nullable Failure failure,
            @Nullable CompletableFuture<Void> writable,
            @Nullable IOException over) {
        return () -> {
            done.forEach(stage -> complete(stage, failure == null ? null : failure.exception()));
            if (writable != null) {
                complete(writable, over);
            }
        };
    }

    private static void complete(CompletableFuture<Void> stage, @Nullable IOException failure) {
        if (failure == null) {
            stage.complete(null);
        } else {
            stage.completeExceptionally(failure);
        }
    }
}
