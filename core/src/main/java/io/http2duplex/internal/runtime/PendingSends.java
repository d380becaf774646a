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

/** The stages of sends, of the end, and of room, that wait for the transport. Guarded by the lock of their session. */
final class PendingSends {
    private record Pending(long offset, CompletableFuture<Void> stage) {}

    /** A stage that is due. */
    private record Due(
            CompletableFuture<Void> stage, @Nullable IOException failure) {
        void complete() {
            if (failure == null) {
                stage.complete(null);
            } else {
                stage.completeExceptionally(failure);
            }
        }
    }

    private final ArrayDeque<Pending> pending = new ArrayDeque<>(0);
    private @Nullable CompletableFuture<Void> end;
    private @Nullable CompletableFuture<Void> room;

    /** {@return a stage that completes when the transport has taken the bytes up to that offset, which never falls} */
    CompletionStage<Void> add(long offset) {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        pending.add(new Pending(offset, stage));
        return Stages.of(stage);
    }

    /** {@return a stage that completes when the transport has taken everything and the end} */
    CompletionStage<Void> end() {
        CompletableFuture<Void> known = end == null ? new CompletableFuture<>() : end;
        end = known;
        return Stages.of(known);
    }

    /** {@return a stage for room, of which the session was asked to notify} */
    CompletionStage<Void> room() {
        CompletableFuture<Void> known = room == null ? new CompletableFuture<>() : room;
        room = known;
        return Stages.of(known);
    }

    /** {@return what completes the stages that are due, to be run without the lock; null if there are none} */
    @Nullable
    Runnable settled(Session session) {
        Failure failure = session.failure();
        IOException thrown = failure == null ? null : failure.exception();
        List<Due> due = new ArrayList<>(1);
        Pending head;
        while ((head = pending.peek()) != null && (failure != null || head.offset() <= session.takenOffset())) {
            due.add(new Due(pending.remove().stage(), thrown));
        }
        if (head != null) {
            session.notifyOutputAt(head.offset());
        }
        if (end != null && (failure != null || session.isOutputEnded())) {
            due.add(new Due(end, thrown));
            end = null;
        }
        if (room != null) {
            IOException ended = FacedDuplex.whyNoOutput(session);
            if (ended == null && session.outputRoom() == 0) {
                session.notifyOutputRoom();
            } else {
                due.add(new Due(room, ended));
                room = null;
            }
        }
        return due.isEmpty() ? null : () -> due.forEach(Due::complete);
    }
}
