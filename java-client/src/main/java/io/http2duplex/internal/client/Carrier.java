package io.http2duplex.internal.client;

import io.http2duplex.client.transport.Transport;
import io.http2duplex.client.transport.Transport.Call;
import io.http2duplex.client.transport.Transport.Head;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.resumable.client.Answer;
import io.http2duplex.internal.core.resumable.client.Attempt;
import io.http2duplex.internal.core.resumable.client.ClientDownload;
import io.http2duplex.internal.core.resumable.client.ClientSession;
import io.http2duplex.internal.core.resumable.client.ClientUpload;
import io.http2duplex.internal.runtime.DrainLoop;
import io.http2duplex.internal.runtime.GuardedSession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The carrier of one session: it sends the requests that the session wants, aborts those that it does not want any more,
 * and reports what becomes of each. It has no thread: it does its work on the threads that wake it, and never blocks.
 */
final class Carrier extends DrainLoop implements Runnable {
    private static final long STREAMING = -1;

    private final Peer peer;
    private final String id;
    /** Set once, before the carrier is woken. */
    private @Nullable GuardedSession<ClientSession> guarded;
    /** The requests under way. Guarded by itself. */
    private final List<Request> open = new ArrayList<>(2);

    private volatile @Nullable Post stream;

    Carrier(Peer peer, String id) {
        super(0);
        this.peer = peer;
        this.id = id;
    }

    /** The session was made. */
    void carry(GuardedSession<ClientSession> session) {
        guarded = session;
    }

    private GuardedSession<ClientSession> session() {
        return Objects.requireNonNull(guarded);
    }

    private static long now() {
        return System.nanoTime();
    }

    /** There may be something to do. */
    @Override
    public void run() {
        if (wakeUp()) {
            drain();
        }
    }

    @Override
    protected void round() {
        abortUnwanted();
        Attempt attempt = session().tellFor(session -> session.nextAttempt(now()));
        if (attempt != null) {
            new Download(attempt).begin();
        }
        Post streaming = stream;
        if (streaming != null) {
            streaming.feed();
        }
        for (ClientUpload upload = nextUpload(); upload != null; upload = nextUpload()) {
            new Post(upload).begin();
        }
    }

    private @Nullable ClientUpload nextUpload() {
        return session().tellFor(session -> session.nextUpload(now()));
    }

    private void abortUnwanted() {
        List<Request> all;
        synchronized (open) {
            all = List.copyOf(open);
        }
        List<Request> unwanted = new ArrayList<>(all);
        boolean away = session().ask(session -> {
            unwanted.removeIf(request -> session.isWanted(request.subject));
            return !session.isAttached() && !session.isFinished();
        });
        for (Request request : unwanted) {
            request.abort(request.wasHeld(away) ? Call::abandon : Call::abort);
        }
    }

    /**
     * Takes over the opening GET.
     *
     * @param poll whether it is the answer to a poll
     * @return the receiver of its body
     */
    Transport.Receiver opened(Call call, boolean poll) {
        Download download = session().tellFor(session -> {
            Attempt opening = session.opening();
            Download made = new Download(opening);
            made.accepted(session, poll);
            return made;
        });
        synchronized (open) {
            open.add(download);
        }
        download.sent(call);
        return download;
    }

    /** A request that is under way. */
    private abstract class Request implements Transport.Receiver {
        /** What the session knows it by. */
        volatile Object subject;
        /** Null until it was sent. Guarded by this, as the others. */
        private @Nullable Call call;

        private boolean over;
        private @Nullable Consumer<Call> aborted;
        private @Nullable AnswerReader answer;

        Request(Object subject) {
            this.subject = subject;
        }

        abstract Call send();

        /**
         * {@return whether it is not wanted any more because nothing came of it for too long}
         *
         * @param away whether the session waits for a download
         */
        abstract boolean wasHeld(boolean away);

        final void begin() {
            synchronized (open) {
                open.add(this);
            }
            Call made;
            try {
                made = send();
            } catch (Throwable e) { // of the application's headers, or of the transport
                failed(e);
                return;
            }
            sent(made);
        }

        final void sent(Call made) {
            Consumer<Call> late;
            synchronized (this) {
                call = made;
                late = aborted;
            }
            Peer.end(made, late);
        }

        /** Nothing more of it matters. {@return whether that is news} */
        final boolean finish() {
            synchronized (this) {
                if (over) {
                    return false;
                }
                over = true;
            }
            synchronized (open) {
                open.remove(this);
            }
            return true;
        }

        final synchronized boolean isOver() {
            return over;
        }

        final void abort() {
            abort(Call::abort);
        }

        /** @param how aborts the call */
        final void abort(Consumer<Call> how) {
            if (!finish()) {
                return;
            }
            Call sent;
            synchronized (this) {
                aborted = how;
                sent = call;
            }
            Peer.end(sent, how);
        }

        /** It was not accepted: what was answered is read. */
        final void read(Head head) {
            answer = new AnswerReader(head);
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            if (answer != null && answer.take(bytes)) {
                Answer whole = answer.answer();
                boolean news = !isOver();
                abort();
                if (news) {
                    answered(whole);
                }
            }
        }

        @Override
        public void ended() {
            if (answer != null && finish()) {
                answered(answer.answer());
            }
        }

        @Override
        public final void failed(Throwable cause) {
            if (finish()) {
                if (answer == null) {
                    cut(cause);
                } else {
                    answered(answer.answer()); // as far as it has come
                }
            }
        }

        abstract void answered(Answer answer);

        /** It has no answer, or its download was cut. */
        abstract void cut(Throwable cause);
    }

    /** A GET. */
    private final class Download extends Request {
        private final Attempt attempt;
        private @Nullable ClientDownload body;

        Download(Attempt attempt) {
            super(attempt);
            this.attempt = attempt;
        }

        @Override
        Call send() {
            return peer.resume(id, attempt, this);
        }

        @Override
        boolean wasHeld(boolean away) {
            return away;
        }

        void accepted(ClientSession session, boolean poll) {
            ClientDownload opened = session.opened(attempt, poll, now());
            subject = opened;
            body = opened;
        }

        @Override
        public void answered(Head head) {
            if (isOver()) {
                return;
            }
            if (head.status() != 200
                    || !id.equals(head.field(HeaderNames.ID))
                    || !Peer.answers(head, attempt.number())) {
                read(head);
                return;
            }
            boolean poll = head.field(HeaderNames.POLL) != null;
            boolean wanted = session().tellFor(session -> {
                boolean still = session.isWanted(attempt);
                if (still) {
                    accepted(session, poll);
                }
                return still;
            });
            if (!wanted) {
                abort();
            }
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            ClientDownload opened = body;
            if (opened == null) {
                super.bytes(bytes);
            } else {
                session().tell(session -> session.received(opened, bytes, now()));
            }
        }

        @Override
        public void ended() {
            ClientDownload opened = body;
            if (opened == null) {
                super.ended();
            } else if (finish()) {
                session().tell(session -> session.ended(opened, now()));
            }
        }

        @Override
        void answered(Answer answer) {
            session().tell(session -> session.refused(attempt, answer, now()));
        }

        @Override
        void cut(Throwable cause) {
            ClientDownload opened = body;
            session().tell(session -> {
                if (opened == null) {
                    session.failed(attempt, "A resuming GET failed: " + cause, cause, now());
                } else {
                    session.cut(opened, "The download was cut: " + cause, cause, now());
                }
            });
        }
    }

    /** A POST. */
    private final class Post extends Request {
        private final ClientUpload upload;
        /** Of a streaming one; null until it was subscribed to. */
        private volatile @Nullable PostBody body;

        private volatile boolean whole;

        Post(ClientUpload upload) {
            super(upload);
            this.upload = upload;
            whole = !upload.isStream();
        }

        @Override
        Call send() {
            if (upload.isStream()) {
                stream = this;
                return peer.post(id, this::stream, STREAMING, this);
            }
            return peer.post(id, PostBody.whole(upload.body()), upload.length(), this);
        }

        @Override
        boolean wasHeld(boolean away) {
            return upload.wasHeld();
        }

        private void stream(Flow.Subscriber<? super ByteBuffer> subscriber) {
            PostBody streaming = new PostBody(subscriber, new Pieces());
            body = streaming;
            streaming.begin();
        }

        /** There may be another piece of a streaming body. */
        void feed() {
            PostBody streaming = body;
            if (streaming != null) {
                streaming.wake();
            }
        }

        private final class Pieces extends PostBody.Batches {
            @Override
            @Nullable
            List<ByteBuffer> take() {
                return session().tellFor(session -> session.nextPieces(upload, now()));
            }

            @Override
            boolean mustEnd() {
                return session().ask(session -> upload.mustEnd());
            }

            @Override
            public void ended() {
                whole = true;
                leave();
                run();
            }
        }

        /** It is not the stream that further pieces go to. */
        private void leave() {
            if (stream == this) {
                stream = null;
            }
        }

        @Override
        public void answered(Head head) {
            if (head.status() != Answer.PROCESSED) {
                read(head);
            } else if (finish()) {
                answered(AnswerReader.processed());
            }
        }

        @Override
        void answered(Answer answer) {
            leave();
            session().tell(session -> session.answered(upload, answer, whole, now()));
        }

        @Override
        void cut(Throwable cause) {
            leave();
            session().tell(session -> session.failed(upload, "A POST failed: " + cause, cause, now()));
        }
    }
}
