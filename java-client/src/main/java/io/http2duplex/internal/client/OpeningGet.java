package io.http2duplex.internal.client;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.client.Answer;
import io.http2duplex.internal.core.resumable.client.ClientSession;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The opening of one duplex, by one GET. It succeeds with the first byte of an accepted answer.
 *
 * <pre>
 *   ASKED ──200 and an id──▶ IDENTIFIED ──the first byte──▶ OPENED
 *     │  └──another answer──▶ REFUSED ──its body was read──▶ FAILED
 *     ├──given up──▶ GIVEN_UP ──the id, or 1.5 s──▶ FAILED
 *     └──nothing in time──▶ FAILED
 *   IDENTIFIED ──given up, nothing in time, cut──▶ FAILED
 * </pre>
 *
 * <p>When it is given up and the id is known, or comes soon, the server is told by a RESET.
 */
public final class Opening implements Transport.Receiver {
    /** How long an opening that was given up waits for the id, to tell the server. */
    private static final long ID_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);
    /** How long the RESET of an opening that was given up may be under way. */
    private static final long RESET_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** The type of the frame that begins a download of dialect 2. */
    private static final byte HELLO = 7;

    private enum State {
        ASKED,
        IDENTIFIED,
        REFUSED,
        OPENED,
        GIVEN_UP,
        FAILED
    }

    private final ClientContext context;
    private final Peer asked;
    private final Map<String, String> fields;
    /** Completes on any thread. */
    private final CompletableFuture<Duplex> result = new CompletableFuture<>();

    /** Guarded by this, as all below. */
    private State state = State.ASKED;

    private Transport.@Nullable Call call;
    private boolean aborted;
    private @Nullable Runnable timer;
    /** After the head of an accepted answer: where it came from. */
    private @Nullable Peer peer;

    private String id = "";
    private boolean saysDialect2;
    /** Whether the answer is one to a poll. */
    private boolean poll;

    private @Nullable AnswerReader answer;
    private Transport.@Nullable Receiver download;

    private Opening(ClientContext context, URI uri) {
        this.context = context;
        asked = new Peer(context.transport(), context.headers(), uri);
        fields = asked.openingFields(
                context.limits().firstWindow(), context.limits().downloadMode());
    }

    /**
     * Begins to open a duplex.
     *
     * @throws RuntimeException of the application's headers, or of the transport, if there can be no such request
     */
    public static Opening begin(ClientContext context, URI uri) {
        Opening opening = new Opening(context, uri);
        Transport.Call sent = context.transport().openDownload(uri, opening.fields, opening);
        Runnable cancel = Scheduler.SHARED.after(context.openNanos(), opening::timedOut);
        boolean aborted;
        synchronized (opening) {
            opening.call = sent;
            opening.timer = cancel;
            aborted = opening.aborted;
        }
        if (aborted) {
            sent.abort();
        }
        if (opening.result.isDone()) {
            cancel.run();
        }
        return opening;
    }

    /** {@return the duplex; its failures are {@link io.http2duplex.DuplexException}s} It completes on any thread. */
    public CompletableFuture<Duplex> result() {
        return result;
    }

    private void timedOut() {
        giveUp(
                new Failure(
                        ErrorCode.TIMED_OUT,
                        "The duplex could not be opened within " + TimeUnit.NANOSECONDS.toMillis(context.openNanos())
                                + " ms (openTimeout of the DuplexClient). Something on the way may hold responses back:"
                                + " downloadMode(DownloadMode.POLLING) gets through."),
                State.FAILED);
    }

    /** The application does not want the duplex any more. */
    public void cancel() {
        giveUp(new Failure(ErrorCode.CANCELLED, "The application gave the opening up."), State.GIVEN_UP);
    }

    /** @param ifAsked the state that follows {@link State#ASKED} */
    private void giveUp(Failure failure, State ifAsked) {
        State before;
        synchronized (this) {
            before = state;
            if (before == State.ASKED) {
                state = ifAsked;
            } else if (before == State.IDENTIFIED || before == State.REFUSED) {
                state = State.FAILED;
            }
        }
        if (before == State.ASKED) {
            if (ifAsked == State.GIVEN_UP) {
                Scheduler.SHARED.after(ID_NANOS, this::abort);
            } else {
                abort(Transport.Call::abandon);
            }
        } else if (before == State.IDENTIFIED) {
            reset();
        } else if (before == State.REFUSED) {
            abort();
        } else {
            return;
        }
        finish(failure);
    }

    /** Tells the server, which has made a session. */
    private void reset() {
        Failure failure = new Failure(ErrorCode.CANCELLED, "");
        ByteBuffer frame = new FrameEncoder()
                .reset(failure.numberOfClient(), failure.reason())
                .take();
        long length = frame.remaining();
        try {
            Transport.Call post =
                    Objects.requireNonNull(peer).post(id, PostBody.whole(List.of(frame)), length, new Ignoring());
            Scheduler.SHARED.after(RESET_NANOS, post::abort);
        } catch (RuntimeException e) {
            // The server notices without it.
        }
        abort();
    }

    /** For an answer that nobody waits for. */
    private static final class Ignoring implements Transport.Receiver {
        @Override
        public void answered(Transport.Head head) {}

        @Override
        public void bytes(ByteBuffer bytes) {}

        @Override
        public void ended() {}

        @Override
        public void failed(Throwable cause) {}
    }

    /** The GET, for the carrier. */
    private final class OpenCall implements Transport.Call {
        @Override
        public void abort() {
            Opening.this.abort();
        }

        @Override
        public void abandon() {
            Opening.this.abort(Transport.Call::abandon);
        }
    }

    private void abort() {
        abort(Transport.Call::abort);
    }

    private void abort(Consumer<Transport.Call> how) {
        Transport.Call sent;
        synchronized (this) {
            aborted = true;
            sent = call;
        }
        if (sent != null) {
            how.accept(sent);
        }
    }

    /** @param failure as which the application sees the end */
    private void finish(Failure failure) {
        result.completeExceptionally(failure.exception());
        stopTimer();
    }

    private void stopTimer() {
        Runnable running;
        synchronized (this) {
            running = timer;
        }
        if (running != null) {
            running.run();
        }
    }

    private void fail(Failure failure) {
        synchronized (this) {
            if (state == State.OPENED || state == State.FAILED) {
                return;
            }
            state = State.FAILED;
        }
        abort();
        finish(failure);
    }

    // ---- the answer

    @Override
    public void answered(Transport.Head head) {
        String identified = head.status() == 200 ? head.field(HeaderNames.ID) : null;
        boolean accepted = identified != null;
        boolean elsewhere = !sameHost(head.uri());
        State before;
        synchronized (this) {
            before = state;
            if (identified != null) {
                id = identified;
                poll = head.field(HeaderNames.POLL) != null;
                saysDialect2 = HeaderNames.DIALECT_2.equals(head.field(HeaderNames.VERSION));
                peer = new Peer(context.transport(), context.headers(), head.uri());
            } else {
                answer = new AnswerReader(head);
            }
            if (before == State.ASKED) {
                state = accepted ? State.IDENTIFIED : State.REFUSED;
            } else if (before == State.GIVEN_UP) {
                state = State.FAILED;
            }
        }
        if (before == State.GIVEN_UP) {
            if (accepted && !elsewhere) {
                reset();
            } else {
                abort();
            }
        } else if (before == State.ASKED && accepted && elsewhere) {
            fail(new Failure(
                    ErrorCode.REFUSED,
                    "The GET that opens a duplex was redirected to another host, which the headers of the DuplexClient"
                            + " are not meant for. Connect to it by its own URI."));
        }
    }

    private boolean sameHost(URI uri) {
        return Objects.equals(uri.getRawAuthority(), asked.uri().getRawAuthority())
                && uri.getScheme().equalsIgnoreCase(asked.uri().getScheme());
    }

    @Override
    public void bytes(ByteBuffer bytes) {
        State now;
        boolean otherDialect;
        synchronized (this) {
            otherDialect = !saysDialect2 && bytes.get(bytes.position()) != HELLO;
            if (state == State.IDENTIFIED && !otherDialect) {
                state = State.OPENED;
            }
            now = state;
        }
        switch (now) {
            case OPENED -> receiver().bytes(bytes);
            case IDENTIFIED ->
                fail(new Failure(
                        ErrorCode.REFUSED,
                        "The server speaks dialect 1 of the protocol alone, which this client does not."));
            case REFUSED -> {
                if (Objects.requireNonNull(answer).take(bytes)) {
                    refused();
                }
            }
            case ASKED, GIVEN_UP, FAILED -> {
                // nobody waits for it
            }
        }
    }

    @Override
    public void ended() {
        switch (state()) {
            case OPENED -> receiver().ended();
            case IDENTIFIED -> lost("The download ended before its first byte.", null);
            case REFUSED -> refused();
            case ASKED, GIVEN_UP, FAILED -> {
                // nobody waits for it
            }
        }
    }

    @Override
    public void failed(Throwable cause) {
        switch (state()) {
            case OPENED -> receiver().failed(cause);
            case ASKED, IDENTIFIED -> lost("The GET that opens a duplex failed: " + cause, cause);
            case REFUSED -> refused();
            case GIVEN_UP, FAILED -> {
                // nobody waits for it
            }
        }
    }

    private synchronized State state() {
        return state;
    }

    private void lost(String how, @Nullable Throwable cause) {
        fail(new Failure(ErrorCode.CONNECTION_LOST, how, cause));
    }

    private void refused() {
        Answer given = Objects.requireNonNull(answer).answer();
        String who = given.problem() == null
                ? "Something on the way, or another server, has answered the GET that opens a duplex with "
                : "The server refused to open a duplex with ";
        fail(new Failure(
                Answer.codeOfOpening(given.status()), who + given.exception().getMessage(), given.exception()));
    }

    /** {@return the receiver of an accepted answer's body} The first call makes the session. */
    private Transport.Receiver receiver() {
        Transport.Receiver known = download;
        if (known == null) {
            known = open();
            download = known;
        }
        return known;
    }

    private Transport.Receiver open() {
        Carrier carrier = new Carrier(Objects.requireNonNull(peer), id);
        ClientSession session = new ClientSession(
                context.limits(),
                context.budget(),
                () -> ThreadLocalRandom.current().nextDouble(),
                carrier,
                System.nanoTime());
        SessionDuplex<ClientSession> duplex = new SessionDuplex<>(
                id, new OpeningRequest(asked.uri(), fields), session, context.duplexes(), failure -> {});
        carrier.carry(duplex.session());
        duplex.opened();
        Transport.Receiver body = carrier.opened(new OpenCall(), poll);
        stopTimer();
        result.complete(duplex);
        return body;
    }
}
