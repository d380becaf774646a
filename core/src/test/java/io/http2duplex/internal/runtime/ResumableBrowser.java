package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.core.resumable.ClientCore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A browser that speaks dialect 2 where a test speaks of dialect 1's POSTs: what is "posted" is written, and answered
 * with 200 once the server has taken the frames that hold it.
 */
public final class ResumableBrowser implements TestBrowser {
    public static final int WINDOW = 64 * 1024;

    /** What carries the requests. */
    public interface Carrier {
        /** {@return the body of the response to a GET} */
        InputStream download();

        /** {@return the status of the answer to a POST of frames} */
        int post(byte[] frames) throws Exception;

        void close();
    }

    private record Waiting(long offset, CompletableFuture<Integer> status) {}

    private final Carrier carrier;
    private final Download download = new Download();
    private final ExecutorService posting = Executors.newSingleThreadExecutor(ResumableBrowser::daemon);
    /** All below is guarded by this. */
    private final ClientCore core = new ClientCore(WINDOW);

    private final List<Waiting> waiting = new ArrayList<>();
    private boolean destroyed;
    private @Nullable IOException broken;

    public ResumableBrowser(Carrier carrier) {
        this.carrier = carrier;
        daemon(this::receive).start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "browser");
        thread.setDaemon(true);
        return thread;
    }

    private void receive() {
        byte[] buffer = new byte[16 * 1024];
        try (InputStream in = carrier.download()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (this) {
                    core.received(Arrays.copyOf(buffer, count));
                    notifyAll();
                }
                kick();
            }
            over(new IOException("The download ended"));
        } catch (IOException e) {
            over(e);
        }
    }

    private synchronized void over(IOException how) {
        broken = how;
        if (core.resetNumber() != null) {
            answer(410);
        }
        notifyAll();
    }

    private void kick() {
        if (!posting.isShutdown()) {
            posting.execute(this::postAll);
        }
    }

    private void postAll() {
        try {
            while (true) {
                byte[] frames;
                long offset;
                synchronized (this) {
                    frames = core.nextPost();
                    offset = core.postedOffset();
                }
                if (frames == null) {
                    return;
                }
                int status = carrier.post(frames);
                synchronized (this) {
                    if (status != 204) {
                        answer(status);
                        return;
                    }
                    for (Waiting post : waiting) {
                        if (post.offset() <= offset) {
                            post.status().complete(200);
                        }
                    }
                }
            }
        } catch (Exception e) {
            synchronized (this) {
                waiting.forEach(post -> post.status().completeExceptionally(e));
            }
        }
    }

    private void answer(int status) {
        waiting.forEach(post -> post.status().complete(status));
    }

    @Override
    public InputStream download() {
        return download;
    }

    @Override
    public CompletableFuture<Integer> post(UploadKind kind, byte[] body) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        synchronized (this) {
            if (kind == UploadKind.DESTROY) {
                destroyed = true;
                core.reset(1, "");
            }
            waiting.add(new Waiting(core.write(body), status));
            if (kind.isLast()) {
                core.end();
            }
        }
        kick();
        return status;
    }

    @Override
    public void vanish() {
        carrier.close();
    }

    @Override
    public void close() {
        posting.shutdown();
        carrier.close();
    }

    private final class Download extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int count;
            synchronized (ResumableBrowser.this) {
                await();
                if (core.available() == 0 && (core.isDownloadAtEnd() || destroyed)) {
                    return -1;
                }
                if (core.available() == 0) {
                    throw new IOException("The duplex was reset: " + core.resetNumber(), broken);
                }
                count = core.read(ByteBuffer.wrap(target, offset, length));
            }
            kick();
            return count;
        }

        private void await() throws IOException {
            try {
                while (core.available() == 0 && !core.isDownloadAtEnd() && broken == null) {
                    ResumableBrowser.this.wait();
                }
            } catch (InterruptedException e) {
                throw new IOException("Interrupted", e);
            }
        }
    }
}
