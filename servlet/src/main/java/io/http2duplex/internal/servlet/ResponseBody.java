package io.http2duplex.internal.servlet;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.Scheduler;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A carrier of a download: it writes the body of a response. It does so in tasks of its exchange, in {@link #pump}, until
 * there is nothing more or the container takes no more.
 */
final class ResponseBody implements WriteListener {
    /** The most that is copied at once. */
    private static final int MAX_WRITE = 32 * 1024;

    /**
     * How long the container takes nothing before the session is told. Jetty takes nothing for a moment behind many a
     * write, and a session that is reset while its download is held up has that broken off.
     */
    private static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServletExchange owner;
    private final ContainerStreams streams;
    /** Null once the download has ended. */
    private @Nullable GuardedDownload source;
    /** Whether something may wait in the container's buffer: the head does. */
    private boolean unflushed = true;
    /** Whether the container has called for the first time. */
    private volatile boolean begun;
    /** While the container takes nothing: what cancels the timer of {@link #blocked}. */
    private @Nullable Runnable cancelBlocked;

    ResponseBody(ServletExchange owner, ContainerStreams streams, GuardedDownload source) {
        this.owner = owner;
        this.streams = streams;
        this.source = source;
    }

    /** Begins to carry: the container calls when it takes the first bytes. */
    void start() throws IOException {
        streams.setWriteListener(this);
    }

    @Override
    public void onWritePossible() {
        begun = true;
        owner.look();
    }

    @Override
    public void onError(Throwable failure) {
        owner.lost(failure);
    }

    /** Looks at the source again. */
    void pump() {
        try {
            GuardedDownload source = this.source;
            while (source != null && step(source)) {
                source = this.source;
            }
        } catch (IOException | RuntimeException e) { // the latter: what containers throw when a request has ended
            lost(e);
            owner.breakOff();
        }
    }

    /** {@return whether there may be more to do at once} */
    private boolean step(GuardedDownload source) throws IOException {
        DownloadStep step = source.next();
        if (step == DownloadStep.BREAK_OFF) {
            end();
            owner.breakOff();
            return false;
        }
        if (!isWritable()) {
            return false;
        }
        if (step == DownloadStep.WRITE) {
            write(source, source.bytes());
            return true;
        }
        if (unflushed) { // before the end too: a close would block until that has gone out
            unflushed = false;
            streams.flush();
            return true;
        }
        if (step == DownloadStep.WAIT) {
            source.flushed();
            return false;
        }
        end();
        streams.closeOutput();
        source.ended();
        owner.responded();
        return false;
    }

    /** {@return whether the container takes bytes now; if not, it calls} */
    private boolean isWritable() throws IOException {
        if (!begun) {
            return false;
        }
        boolean writable = streams.isWritable();
        if (!writable && cancelBlocked == null) {
            cancelBlocked = Scheduler.SHARED.after(BLOCKED_NANOS, () -> owner.execute(this::blocked));
        } else if (writable && cancelBlocked != null) {
            cancelBlocked.run();
            cancelBlocked = null;
        }
        return writable;
    }

    /** The container has taken nothing for a while. */
    private void blocked() {
        GuardedDownload blocked = source;
        if (blocked != null && cancelBlocked != null) {
            blocked.blocked();
        }
    }

    private void end() {
        source = null;
        if (cancelBlocked != null) {
            cancelBlocked.run();
            cancelBlocked = null;
        }
    }

    private void write(GuardedDownload source, ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[Math.min(bytes.remaining(), MAX_WRITE)];
        bytes.duplicate().get(copy);
        unflushed = true;
        streams.write(copy);
        source.taken(copy.length);
    }

    /** The response can't be written any more. */
    void lost(@Nullable Throwable cause) {
        GuardedDownload lost = source;
        end();
        if (lost != null) {
            lost.lost(cause);
        }
    }
}
