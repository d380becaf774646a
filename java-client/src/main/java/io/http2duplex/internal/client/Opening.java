package io.http2duplex.internal.client;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.resumable.client.OpenedBy;
import io.http2duplex.internal.runtime.Scheduler;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The opening of one duplex: by one GET, and where that brings nothing for some time by another beside it, which asks for
 * the next way down ({@code protocol.md}, "Ways down"). All mean one session. The first that brings something wins.
 *
 * <p>When it is given up and the id is known, or comes soon, the server is told by a RESET.
 */
public final class Opening {
    /** How long a way has until the next one is tried beside it. */
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final int SECRET_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ClientContext context;
    private final Peer asked;
    private final String secret;
    /** The ways that are still to be tried. Guarded by this, as all below. */
    private final List<DownloadMode> ways;

    private final List<OpeningGet> gets = new ArrayList<>(1);
    private @Nullable OpeningGet winner;
    private boolean over;
    private final List<Runnable> timers = new ArrayList<>(2);

    /** Completes on any thread. */
    private final CompletableFuture<Duplex> result = new CompletableFuture<>();

    private Opening(ClientContext context, URI uri) {
        this.context = context;
        asked = new Peer(context.transport(), context.headers(), uri);
        ways = new ArrayList<>(context.waysTo(uri));
        byte[] random = new byte[SECRET_BYTES];
        RANDOM.nextBytes(random);
        secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /**
     * Begins to open a duplex.
     *
     * @throws RuntimeException of the application's headers, or of the transport, if there can be no such request
     */
    public static Opening begin(ClientContext context, URI uri) {
        Opening opening = new Opening(context, uri);
        opening.tryNext();
        opening.after(context.openNanos(), opening::timedOut);
        return opening;
    }

    /** {@return the duplex; its failures are {@link io.http2duplex.DuplexException}s} It completes on any thread. */
    public CompletableFuture<Duplex> result() {
        return result;
    }

    private void after(long nanos, Runnable task) {
        Runnable cancel = Scheduler.SHARED.after(nanos, task);
        synchronized (this) {
            if (!over && winner == null) {
                timers.add(cancel);
                return;
            }
        }
        cancel.run();
    }

    /** Asks by the next way, if there is one. */
    private void tryNext() {
        OpeningGet next;
        boolean more;
        synchronized (this) {
            if (over || winner != null || ways.isEmpty()) {
                return;
            }
            next = new OpeningGet(this, context, asked, gets.size(), ways.remove(0));
            gets.add(next);
            more = !ways.isEmpty();
        }
        next.send(secret);
        if (more) {
            after(STEP_NANOS, this::step);
        }
    }

    private void step() {
        try {
            tryNext();
        } catch (Throwable e) { // of the application's headers, which an earlier GET has had
            failed(); // the earlier ones go on, if there are any
        }
    }

    private void timedOut() {
        OptionalInt status;
        synchronized (this) {
            status = gets.stream()
                    .mapToInt(OpeningGet::unfinishedRefusal)
                    .filter(known -> known != 0)
                    .findFirst();
        }
        String answered = status.isPresent()
                ? " An answer with the status " + status.getAsInt()
                        + " came that opens no duplex, and its body does not end: something else may answer for this URI."
                : "";
        giveUp(
                new Failure(
                        ErrorCode.TIMED_OUT,
                        "The duplex could not be opened within " + TimeUnit.NANOSECONDS.toMillis(context.openNanos())
                                + " ms (openTimeout of the DuplexClient)." + answered),
                false);
    }

    /** The application does not want the duplex any more. */
    public void cancel() {
        giveUp(new Failure(ErrorCode.CANCELLED, "The application gave the opening up."), true);
    }

    private void giveUp(Failure failure, boolean tells) {
        List<OpeningGet> open = end();
        if (open != null) {
            open.forEach(get -> get.giveUp(tells));
            result.completeExceptionally(failure.exception());
        }
    }

    /** Nothing more is tried. {@return all GETs; null if it was over before, or one has won} */
    private @Nullable List<OpeningGet> end() {
        List<Runnable> running;
        List<OpeningGet> all;
        synchronized (this) {
            if (over || winner != null) {
                return null;
            }
            over = true;
            running = List.copyOf(timers);
            all = List.copyOf(gets);
        }
        running.forEach(Runnable::run);
        return all;
    }

    // ---- for the GETs, which hold the lock of this where they say so

    /** {@return whether a later GET is under way} With the lock. */
    boolean isOvertaken(OpeningGet get) {
        return get.number < gets.size() - 1;
    }

    /** A GET has brought what counts. {@return whether it is the first} With the lock. */
    boolean isWonBy(OpeningGet get) {
        if (over || winner != null) {
            return false;
        }
        winner = get;
        return true;
    }

    /** {@return by what the session of the winner was opened} */
    synchronized OpenedBy opened(OpeningGet get) {
        return new OpenedBy(gets.size() - 1, get.mode);
    }

    /** The session of the winner was made. */
    void succeeded(OpeningGet get, Duplex duplex) {
        List<Runnable> running;
        List<OpeningGet> others;
        synchronized (this) {
            running = List.copyOf(timers);
            others = gets.stream().filter(other -> other != get).toList();
        }
        running.forEach(Runnable::run);
        others.forEach(OpeningGet::drop);
        if (get.number > 0) {
            context.ways().remember(asked.uri(), get.mode);
        }
        result.complete(duplex);
    }

    /** A GET has failed. If no other is under way, the first failure counts, or where a way was of no use the next is tried. */
    void failed() {
        Failure first;
        boolean climbs;
        synchronized (this) {
            if (winner != null || !gets.stream().allMatch(OpeningGet::hasFailed)) {
                return;
            }
            climbs = gets.size() > 1 && !ways.isEmpty();
            first = gets.stream()
                    .map(get -> get.failure)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseGet(() -> new Failure(ErrorCode.CONNECTION_LOST, "Each download ended at once."));
        }
        if (climbs) {
            step();
        } else if (end() != null) {
            result.completeExceptionally(first.exception());
        }
    }
}
