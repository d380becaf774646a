package io.http2duplex.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A loader of a server's TLS context, which loads it again when one of its files has changed. If that fails, it is tried
 * again as long as the files differ from those of the context in use: a key may be replaced after its certificate.
 */
final class TlsReload {
    private static final Logger LOG = Logger.getLogger(TlsReload.class);

    /** When it is told that a file can't be read to its end, as of a disk that is gone. */
    private static final Duration HUNG = Duration.ofMinutes(1);

    /**
     * The state of a file. Another may take its place behind a symbolic link with the same size and time.
     *
     * @param identity what the operating system tells files apart by; null if it does not
     * @param problem why nothing is known of it, as for a moment while it is replaced; null if the rest is
     */
    private record Version(
            @Nullable Path path,
            @Nullable Object identity,
            @Nullable FileTime modified,
            long size,
            @Nullable String problem) {}

    private final Supplier<SSLContext> loader;
    private final List<Path> files;
    private final Duration interval;
    // One thread at a time uses these two.
    private List<Version> loaded = List.of();
    /** Those whose refusal was logged; empty: none since the files last were those of the context in use. */
    private List<Version> refused = List.of();

    private @Nullable Runnable cancel;
    private boolean stopped;

    TlsReload(Supplier<SSLContext> loader, List<Path> files, Duration interval) {
        this.loader = loader;
        this.files = files;
        this.interval = interval;
    }

    /**
     * {@return the context} Throws what the loader throws.
     *
     * @throws IllegalStateException if the loader gives none: a server must not fall back to clear text
     */
    SSLContext load() {
        List<Version> versions = versions();
        SSLContext context = context();
        loaded = versions;
        return context;
    }

    private SSLContext context() {
        SSLContext context = loader.get();
        if (context == null) {
            throw new IllegalStateException(
                    "The loader of the TLS context (tls of the DuplexServer) must give a context,"
                            + " but gave null; without tls() the server speaks clear text");
        }
        return context;
    }

    /**
     * Begins to look after the files.
     *
     * @param after runs a task after a time, on a thread that may block
     * @param use takes a context that was loaded again
     */
    synchronized void watch(Timer after, Consumer<SSLContext> use) {
        if (!stopped && !files.isEmpty()) {
            cancel = after.run(interval, () -> look(after, use));
        }
    }

    /** Runs tasks after a time. */
    interface Timer {
        /** {@return what takes the task back} */
        Runnable run(Duration after, Runnable task);
    }

    synchronized void stop() {
        stopped = true;
        if (cancel != null) {
            cancel.run();
        }
    }

    private void look(Timer after, Consumer<SSLContext> use) {
        List<Version> versions = List.of();
        Runnable inTime = after.run(
                HUNG,
                () -> LOG.warnf(
                        "Reading the files of the TLS context has taken %s and goes on; until it ends, no newer context is"
                                + " used: %s",
                        HUNG, files));
        try {
            versions = versions();
            if (!versions.equals(loaded)) {
                use.accept(context());
                loaded = versions;
                LOG.infof("The TLS context was loaded again from %s", files);
            }
            refused = List.of();
        } catch (Throwable e) { // the application's loader: whatever it throws, the server goes on and tries again
            if (!versions.equals(refused)) {
                refused = versions;
                LOG.warn("The TLS context cannot be loaded again; the old one stays in use", e);
            }
        } finally {
            inTime.run();
            watch(after, use);
        }
    }

    private List<Version> versions() {
        return files.stream().map(TlsReload::version).toList();
    }

    private static Version version(Path file) {
        try {
            Path path = file.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(path, attributes.fileKey(), attributes.lastModifiedTime(), attributes.size(), null);
        } catch (IOException | RuntimeException e) { // the latter of a file system that was closed, or is another's
            return new Version(null, null, null, 0, e.toString()); // the loader tells of it, if it needs the file
        }
    }
}
