package io.http2duplex.internal.handler;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A simulated exchange, without a network: one request of a client with its response. It does what {@link Exchange}
 * promises and, with {@link Quirk}s, all that an endpoint must not rely on the contrary of.
 */
public final class SimulatedExchange implements Exchange {
    /** A way in which hosts differ, or fail. */
    public enum Quirk {
        /** A write is accepted whole, even if it is larger than the window. */
        WRITES_WHOLE,
        /** A write blocks the host's thread until the client has read enough. */
        BLOCKS_IN_WRITES,
        /** The carriers look again after every task, although nothing has happened. */
        WAKES_FOR_NOTHING,
        /** The request can't be looked at any more when the exchange has ended. */
        RECYCLES,
        /** A loss is not reported: what is written goes nowhere. */
        LOSES_SILENTLY,
        /** A loss is reported twice. */
        REPORTS_LOSSES_TWICE,
        /** {@link Exchange#isGone} never says so. */
        NEVER_SAYS_GONE,
        /** To the client, a response that was broken off looks as if it had ended. */
        BREAKS_OFF_CLEANLY,
        /** The request's body goes on after the answer. */
        PUSHES_AFTER_THE_ANSWER,
        /** {@link Exchange#answer} throws. */
        FAILS_TO_ANSWER,
        /** {@link Exchange#download} throws. */
        FAILS_TO_DOWNLOAD,
        /** {@link Exchange#upload} throws. */
        FAILS_TO_UPLOAD
    }

    /** The body of a request. */
    @FunctionalInterface
    public interface Body {
        /** {@return the next bytes, at most so many; empty at the end; null if there are none for now} */
        byte @Nullable [] next(int max);

        /** {@return a body that is all there} */
        static Body of(byte[] bytes) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            return max -> {
                byte[] next = new byte[Math.min(max, rest.remaining())];
                rest.get(next);
                return next;
            };
        }
    }

    /**
     * The head of a response.
     *
     * @param problem of a refusal; else null
     */
    public record Answer(
            int status,
            Map<String, String> fields,
            @Nullable Problem problem) {}

    private record Request(
            Map<String, String> fields,
            SimulatedHost.Client client,
            @Nullable String account) implements SimulatedRequest {}

    private final SimulatedHost host;
    private final SimulatedHost.Client client;
    private final String method;
    private final Map<String, String> requestFields;
    private final Body body;
    private final long length;
    private final SimulatedResponse response;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final CompletableFuture<UploadOutcome> uploaded = new CompletableFuture<>();
    private final Map<String, String> responseFields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final AtomicBoolean counted = new AtomicBoolean(true);
    /** Guarded by itself, with {@link #running}. */
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    private boolean running;
    private volatile boolean ended;
    private volatile boolean gone;
    private volatile boolean silent;
    // What follows is used by one task at a time.
    private @Nullable GuardedDownload source;
    private @Nullable GuardedUpload sink;
    private @Nullable Consumer<UploadOutcome> decided;
    private boolean completed;

    SimulatedExchange(
            SimulatedHost host,
            SimulatedHost.Client client,
            String method,
            Map<String, String> fields,
            Body body,
            long length,
            int window) {
        this.host = host;
        this.client = client;
        this.method = method;
        this.body = body;
        this.length = length;
        requestFields = fields;
        response = new SimulatedResponse(window, () -> execute(this::look));
    }

    private boolean has(Quirk quirk) {
        return client.quirks().contains(quirk);
    }

    private void failIf(Quirk quirk) {
        if (has(quirk)) {
            throw new IllegalStateException("The host fails: " + quirk);
        }
    }

    // ---- the client's side

    /** {@return the head of the response, once it has come} */
    public CompletableFuture<Answer> answer() {
        return answer;
    }

    /** {@return the head of the response} Waits for it. */
    public Answer await() throws Exception {
        return answer.get(TestBrowser.SECONDS, TimeUnit.SECONDS);
    }

    /** {@return what became of the body of a request that carries both halves} */
    public CompletableFuture<UploadOutcome> uploaded() {
        return uploaded;
    }

    /** {@return the body of the response} */
    public SimulatedResponse response() {
        return response;
    }

    /** The client goes, or its connection is lost. */
    public void vanish() {
        response.breakOff(new IOException("The client has gone"));
        silent = has(Quirk.LOSES_SILENTLY);
        if (!silent) {
            execute(() -> lost(new IOException("The client has gone")));
        }
    }

    /** The rest of the request's body does not come. */
    public void cut() {
        execute(() -> {
            if (sink != null) {
                sink.cut("the client cut it", null);
                read();
            }
        });
    }

    /** More of the request's body may have come. */
    public void bodyReady() {
        execute(this::look);
    }

    // ---- the request

    private <T> T current(T value) {
        if (ended && has(Quirk.RECYCLES)) {
            throw new IllegalStateException("The host has recycled the request");
        }
        return value;
    }

    @Override
    public String method() {
        return current(method);
    }

    @Override
    public RequestFields fields() {
        return name -> {
            String value = current(requestFields).get(name.toLowerCase(Locale.ROOT));
            return value == null ? List.of() : List.of(value);
        };
    }

    @Override
    public long requestLength() {
        return current(length);
    }

    @Override
    public DuplexRequest request(@Nullable String account) {
        return new Request(Map.copyOf(current(requestFields)), client, account);
    }

    @Override
    public Object connectionKey() {
        return current(client.connection());
    }

    @Override
    public @Nullable Problem noDownload() {
        return null;
    }

    // ---- tasks: one at a time, perhaps each on another thread

    @Override
    public void execute(Runnable task) {
        host.taskAdded();
        synchronized (tasks) {
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        host.run(this::runNext);
    }

    private void runNext() {
        Runnable task;
        synchronized (tasks) {
            task = tasks.remove();
        }
        try {
            task.run();
            if (has(Quirk.WAKES_FOR_NOTHING)) {
                look();
            }
        } catch (RuntimeException | Error e) {
            host.uncaught(e);
        }
        boolean more;
        synchronized (tasks) {
            more = !tasks.isEmpty();
            running = more;
        }
        if (more) {
            host.run(this::runNext);
        }
        host.taskDone();
    }

    @Override
    public boolean isGone() {
        return gone && !has(Quirk.NEVER_SAYS_GONE);
    }

    @Override
    public Runnable waker() {
        return () -> execute(this::look);
    }

    private void look() {
        read();
        pump();
    }

    // ---- the response

    @Override
    public void setField(String name, String value) {
        responseFields.put(name, value);
    }

    @Override
    public void addField(String name, String value) {
        responseFields.merge(name, value, (known, more) -> known.contains(more) ? known : known + ", " + more);
    }

    @Override
    public void answer(UploadOutcome outcome) {
        failIf(Quirk.FAILS_TO_ANSWER);
        Problem problem = outcome.problem();
        if (problem != null && problem.retryAfter() > 0) {
            setField("Retry-After", Integer.toString(problem.retryAfter()));
        }
        answer.complete(new Answer(TestBrowser.status(outcome), responseFields, problem));
        response.end();
        ended();
    }

    @Override
    public void abort(Throwable cause) {
        answer.completeExceptionally(cause);
        response.breakOff(new IOException("The server failed", cause));
        source = null;
        sink = null;
        ended();
    }

    private void ended() {
        ended = true;
        if (counted.compareAndSet(true, false)) {
            host.endpoint().exchangeAnswered();
        }
    }

    @Override
    public void download(GuardedDownload download, DownloadHead head) {
        failIf(Quirk.FAILS_TO_DOWNLOAD);
        head.forEach(responseFields::put);
        answer.complete(new Answer(200, responseFields, null));
        source = download;
        pump();
    }

    private void pump() {
        GuardedDownload from = source;
        while (from != null) {
            switch (from.next()) {
                case WAIT -> {
                    from.flushed();
                    return;
                }
                case WRITE -> {
                    int count = write(from.bytes());
                    if (count == 0) {
                        from.blocked();
                        return;
                    }
                    from.taken(count);
                }
                case END -> {
                    source = null;
                    from.ended();
                    response.end();
                    ended();
                }
                case BREAK_OFF -> {
                    source = null;
                    breakOff(new IOException("The server has broken the response off"));
                    ended();
                }
            }
            from = source;
        }
    }

    /** {@return how many bytes were accepted; they are copied} */
    private int write(ByteBuffer bytes) {
        if (silent) {
            return bytes.remaining();
        }
        if (has(Quirk.BLOCKS_IN_WRITES)) {
            return response.writeBlocking(bytes);
        }
        return has(Quirk.WRITES_WHOLE) ? response.writeWhole(bytes) : response.write(bytes);
    }

    private void breakOff(IOException how) {
        if (has(Quirk.BREAKS_OFF_CLEANLY)) {
            response.end();
        } else {
            response.breakOff(how);
        }
    }

    private void lost(IOException cause) {
        gone = true;
        GuardedDownload from = source;
        GuardedUpload to = sink;
        source = null;
        sink = null;
        for (int i = 0; i < (has(Quirk.REPORTS_LOSSES_TWICE) ? 2 : 1); i++) {
            if (from != null) {
                from.lost(cause);
            }
            if (to != null) {
                to.cut("the connection was lost", cause);
            }
        }
        answer.completeExceptionally(cause);
        ended();
    }

    @Override
    public void both(GuardedDownload download, DownloadHead head, GuardedUpload upload) {
        upload(upload, true, uploaded::complete);
        download(download, head);
    }

    // ---- the request's body

    @Override
    public void upload(GuardedUpload upload, boolean streaming, Consumer<UploadOutcome> then) {
        failIf(Quirk.FAILS_TO_UPLOAD);
        sink = upload;
        decided = then;
        read();
    }

    private void read() {
        GuardedUpload to = sink;
        while (to != null) {
            int room = to.room();
            if (room == Upload.DECIDED) {
                decide(to);
                return;
            }
            byte[] bytes = room == 0 || completed ? null : body.next(room);
            if (bytes == null) {
                to.settle();
                if (room != 0 || to.room() == 0) {
                    return;
                }
            } else if (bytes.length == 0) {
                completed = true;
                to.completed();
            } else {
                to.received(ByteBuffer.wrap(bytes));
                Arrays.fill(bytes, (byte) 0xEE); // the host uses the memory for something else
            }
            to = sink;
        }
    }

    private void decide(GuardedUpload decidedOn) {
        sink = null;
        decidedOn.settle(); // as every host does before it answers
        UploadOutcome outcome = Objects.requireNonNull(decidedOn.outcome());
        if (has(Quirk.PUSHES_AFTER_THE_ANSWER)) {
            decidedOn.received(ByteBuffer.wrap(new byte[10]));
            decidedOn.completed();
            decidedOn.cut("it was answered", null);
            decidedOn.settle();
        }
        Objects.requireNonNull(decided).accept(outcome);
    }

    /** The quirks of hosts that serve their clients well all the same. */
    public static Set<Quirk> harmless() {
        return Set.of(
                Quirk.WRITES_WHOLE,
                Quirk.WAKES_FOR_NOTHING,
                Quirk.RECYCLES,
                Quirk.REPORTS_LOSSES_TWICE,
                Quirk.NEVER_SAYS_GONE,
                Quirk.PUSHES_AFTER_THE_ANSWER);
    }
}
