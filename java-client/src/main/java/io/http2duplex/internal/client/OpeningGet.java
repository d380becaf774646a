package io.http2duplex.internal.client;

import io.http2duplex.DownloadMode;
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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One GET of an {@link Opening}. It succeeds with the first byte of an accepted answer.
 *
 * <pre>
 *   ASKED ──200 and an id──▶ IDENTIFIED ──the first byte──▶ OPENED
 *     │  │                     └──the first byte, while a later GET is under way──▶ HELD ──250 ms──▶ OPENED
 *     │  └──another answer──▶ REFUSED ──its body was read──▶ FAILED                  └──its end──▶ FAILED
 *     └──given up──▶ GIVEN_UP ──the id, or 1.5 s──▶ FAILED
 *   any but OPENED ──dropped, nothing in time, cut──▶ FAILED
 * </pre>
 *
 * <p>A later GET makes the server end the response to an earlier one. Something on the way that has held that response
 * back passes it on then, its beginning and its end at once: it is of no use ({@code protocol.md}, "Ways down").
 *
 * <p>The file is long because a GET may be of no use in so many ways.
 */
final class OpeningGet implements Transport.Receiver {
    /** How long an opening that was given up waits for the id, to tell the server. */
    private static final long ID_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);
    /** How long the RESET of an opening that was given up may be under way. */
    private static final long RESET_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** How long a response that a later GET has overtaken is watched: if it was held back, it has ended by then. */
    private static final long HELD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** How much of it is kept for so long: more than what fits into a first window and the heads of its frames is no download. */
    private static final int MOST_HELD = 1024 * 1024;
    /** How many causes of a failure are looked through. */
    private static final int MOST_CAUSES = 10;
    /** The type of the frame that begins a download of dialect 2. */
    private static final byte HELLO = 7;

    private enum State {
        ASKED,
        IDENTIFIED,
        HELD,
        REFUSED,
        OPENED,
        GIVEN_UP,
        FAILED
    }

    private final Opening opening;
    private final ClientContext context;
    private final Peer asked;
    final DownloadMode mode;
    /** Of this opening, from 0. */
    final int number;

    /** Guarded by the opening, as all below. */
    private State state = State.ASKED;

    /** The header fields that were sent. */
    private Map<String, String> fields = Map.of();

    private Transport.@Nullable Call call;
    private @Nullable Consumer<Transport.Call> aborted;
    /** Why it has failed; null if it has not, or is of no use. */
    @Nullable
    Failure failure;
    /** After the head of an accepted answer: where it came from. */
    private @Nullable Peer peer;

    private String id = "";
    private boolean saysDialect2;
    /** Whether the answer is one to a poll. */
    private boolean poll;

    private @Nullable AnswerReader answer;
    private Transport.@Nullable Receiver download;
    /** The bytes of a response that is held, until another thread has passed them on. */
    private final Queue<ByteBuffer> held = new ArrayDeque<>(0);

    private long heldBytes;

    private boolean passingOn;
    /** What has come behind those bytes. */
    private @Nullable Consumer<Transport.Receiver> heldEnd;

    OpeningGet(Opening opening, ClientContext context, Peer asked, int number, DownloadMode mode) {
        this.opening = opening;
        this.context = context;
        this.asked = asked;
        this.number = number;
        this.mode = mode;
    }

    /**
     * Sends it. Called without the lock, since it calls the application.
     *
     * @throws RuntimeException of the application's headers, or of the transport, if there can be no such request
     */
    void send(String secret) {
        Transport.Call sent;
        try {
            Map<String, String> all = asked.openingFields(context.limits().firstWindow(), mode, number, secret);
            synchronized (opening) {
                fields = all;
            }
            sent = context.transport().openDownload(asked.uri(), all, this);
        } catch (Throwable e) {
            synchronized (opening) {
                state = State.FAILED;
                failure =
                        new Failure(ErrorCode.CONNECTION_LOST, "A GET that opens a duplex could not be sent: " + e, e);
            }
            throw e;
        }
        Consumer<Transport.Call> late;
        synchronized (opening) {
            call = sent;
            late = aborted;
        }
        Peer.end(sent, late);
    }

    boolean hasFailed() {
        return state == State.FAILED || state == State.GIVEN_UP;
    }

    /** {@return the status of an answer that opens nothing, whose body has not ended yet; 0 if there is none} With the lock. */
    int unfinishedRefusal() {
        return state == State.REFUSED ? Objects.requireNonNull(answer).status() : 0;
    }

    /**
     * Nobody waits for the duplex any more.
     *
     * @param tells whether the server is told when the id comes soon; else nothing has come for too long
     */
    void giveUp(boolean tells) {
        State before;
        synchronized (opening) {
            before = state;
            if (before == State.ASKED && tells) {
                state = State.GIVEN_UP;
            } else if (before != State.OPENED && before != State.GIVEN_UP) {
                state = State.FAILED;
            }
        }
        switch (before) {
            case ASKED -> {
                if (tells) {
                    Scheduler.SHARED.after(ID_NANOS, this::abort);
                } else {
                    abort(Transport.Call::abandon);
                }
            }
            case IDENTIFIED, HELD -> reset();
            case REFUSED -> abort();
            case OPENED, GIVEN_UP, FAILED -> {
                // there is nothing left to give up
            }
        }
    }

    /** Another GET has opened the session. */
    void drop() {
        synchronized (opening) {
            if (state == State.OPENED || state == State.FAILED) {
                return;
            }
            state = State.FAILED;
        }
        abort();
    }

    /** Tells the server, which has made a session. */
    private void reset() {
        Failure cancelled = new Failure(ErrorCode.CANCELLED, "");
        ByteBuffer frame = new FrameEncoder()
                .reset(cancelled.numberOfClient(), cancelled.reason())
                .take();
        long length = frame.remaining();
        try {
            Transport.Call post =
                    Objects.requireNonNull(peer).post(id, PostBody.whole(List.of(frame)), length, new Ignoring());
            Scheduler.SHARED.after(RESET_NANOS, () -> Peer.end(post, Transport.Call::abort));
        } catch (Throwable e) {
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
            OpeningGet.this.abort();
        }

        @Override
        public void abandon() {
            OpeningGet.this.abort(Transport.Call::abandon);
        }
    }

    private void abort() {
        abort(Transport.Call::abort);
    }

    private void abort(Consumer<Transport.Call> how) {
        Transport.Call sent;
        synchronized (opening) {
            aborted = how;
            sent = call;
        }
        Peer.end(sent, how);
    }

    /** @param cause null: it is of no use */
    private void fail(@Nullable Failure cause) {
        synchronized (opening) {
            if (state == State.OPENED || hasFailed()) {
                return;
            }
            state = State.FAILED;
            failure = cause;
        }
        abort();
        opening.failed();
    }

    // ---- the answer

    @Override
    public void answered(Transport.Head head) {
        String identified = head.status() == 200 ? Objects.requireNonNullElse(head.field(HeaderNames.ID), "") : "";
        boolean accepted = !identified.isEmpty() && Peer.answers(head, number);
        boolean elsewhere = !sameHost(head.uri());
        State before;
        synchronized (opening) {
            before = state;
            if (accepted) {
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
        if (!bytes.hasRemaining()) {
            return;
        }
        State now;
        boolean otherDialect;
        boolean won = false;
        boolean full = false;
        synchronized (opening) {
            otherDialect = !saysDialect2 && bytes.get(bytes.position()) != HELLO;
            if (state == State.IDENTIFIED && !otherDialect) {
                if (!poll && opening.isOvertaken(this)) {
                    state = State.HELD;
                    Scheduler.SHARED.after(HELD_NANOS, this::passOn);
                } else if (opening.isWonBy(this)) {
                    state = State.OPENED;
                    won = true;
                } else {
                    return; // the opening is about to drop it, or to give it up
                }
            }
            now = state;
            if (now == State.HELD || passingOn) {
                heldBytes += bytes.remaining();
                held.add(copy(bytes));
                full = now == State.HELD && heldBytes > MOST_HELD;
                if (!full) {
                    return;
                }
            }
        }
        if (full) {
            passOn();
            return;
        }
        if (won) {
            open();
        }
        switch (now) {
            case OPENED -> Objects.requireNonNull(download).bytes(bytes);
            case IDENTIFIED ->
                fail(new Failure(
                        ErrorCode.REFUSED,
                        "The server speaks dialect 1 of the protocol alone, which this client does not: it needs a"
                                + " server with dialect 2."));
            case REFUSED -> {
                if (Objects.requireNonNull(answer).take(bytes)) {
                    refused();
                }
            }
            case ASKED, HELD, GIVEN_UP, FAILED -> {
                // nobody waits for it
            }
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    /** It was held for long enough: it goes on, if no other has opened the session meanwhile. */
    private void passOn() {
        synchronized (opening) {
            if (state != State.HELD || !opening.isWonBy(this)) {
                return; // the opening has dropped it or given it up, or is about to
            }
            state = State.OPENED;
            passingOn = true;
        }
        open();
        Transport.Receiver receiver = Objects.requireNonNull(download);
        while (true) {
            ByteBuffer next;
            Consumer<Transport.Receiver> end;
            synchronized (opening) {
                next = held.poll();
                end = next == null ? heldEnd : null;
                passingOn = next != null;
            }
            if (next != null) {
                receiver.bytes(next);
            } else {
                if (end != null) {
                    end.accept(receiver);
                }
                return;
            }
        }
    }

    @Override
    public void ended() {
        switch (stateAtEnd(Transport.Receiver::ended)) {
            case OPENED -> Objects.requireNonNull(download).ended();
            case IDENTIFIED -> lost("The download ended before its first byte.", null);
            case HELD -> fail(null);
            case REFUSED -> refused();
            case ASKED, GIVEN_UP, FAILED -> {
                // nobody waits for it
            }
        }
    }

    @Override
    public void failed(Throwable cause) {
        switch (stateAtEnd(receiver -> receiver.failed(cause))) {
            case OPENED -> Objects.requireNonNull(download).failed(cause);
            case ASKED, IDENTIFIED ->
                lost("The GET that opens a duplex at " + asked.place() + " failed: " + said(cause), cause);
            case HELD -> fail(null);
            case REFUSED -> refused();
            case GIVEN_UP, FAILED -> {
                // nobody waits for it
            }
        }
    }

    /** {@return the state; FAILED if the end is passed on behind the bytes that were held} */
    private State stateAtEnd(Consumer<Transport.Receiver> end) {
        synchronized (opening) {
            if (passingOn) {
                heldEnd = end;
                return State.FAILED;
            }
            return state;
        }
    }

    /** What is wrong is often said by the first cause alone. */
    private static String said(Throwable failure) {
        Throwable first = failure;
        for (int depth = 0; first.getCause() != null && depth < MOST_CAUSES; depth++) {
            first = first.getCause();
        }
        return first == failure ? failure.toString() : failure + ", caused by " + first;
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

    /** Makes the session. */
    private void open() {
        Map<String, String> sent;
        synchronized (opening) {
            sent = fields;
        }
        Carrier carrier = new Carrier(Objects.requireNonNull(peer), id);
        ClientSession session = new ClientSession(
                context.limits(),
                opening.opened(this),
                context.budget(),
                () -> ThreadLocalRandom.current().nextDouble(),
                carrier,
                System.nanoTime());
        SessionDuplex<ClientSession> duplex = new SessionDuplex<>(
                id, new OpeningRequest(asked.uri(), sent), session, context.duplexes(), failed -> {});
        carrier.carry(duplex.session());
        duplex.opened();
        download = carrier.opened(new OpenCall(), poll);
        opening.succeeded(this, duplex);
    }
}
