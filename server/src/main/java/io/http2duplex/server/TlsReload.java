package io.http2duplex.server;

import io.http2duplex.internal.listener.HttpPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Loads a server's TLS context, and again when one of its files has changed. A context that cannot be loaded is tried
 * again as long as the files differ from those of the last one that could: a key may be replaced after its certificate.
 */
final class TlsReload {
    private static final Logger LOG = Logger.getLogger(TlsReload.class);

    private record Version(@Nullable FileTime modified, long size) {
        static Version of(Path file) throws IOException {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Version(attributes.lastModifiedTime(), attributes.size());
            } catch (NoSuchFileException e) {
                return new Version(null, 0); // for a moment, while it is replaced
            }
        }
    }

    private final Supplier<SSLContext> loader;
    private final List<Path> files;
    private final Duration interval;
    private List<Version> loaded = List.of();
    private List<Version> refused = List.of();
    private @Nullable Runnable cancel;
    private boolean stopped;

    TlsReload(Supplier<SSLContext> loader, List<Path> files, Duration interval) {
        this.loader = loader;
        this.files = files;
        this.interval = interval;
    }

    /** Throws what the loader throws. */
    synchronized SSLContext load() throws IOException {
        List<Version> versions = versions();
        SSLContext context = loader.get();
        loaded = versions;
        return context;
    }

    /** Begins to look after the files. */
    synchronized void watch(HttpPort port) {
        if (!stopped && !files.isEmpty()) {
            cancel = port.after(interval, () -> port.executor().execute(() -> look(port)));
        }
    }

    synchronized void stop() {
        stopped = true;
        if (cancel != null) {
            cancel.run();
        }
    }

    private synchronized void look(HttpPort port) {
        try {
            reload(port);
        } catch (IOException e) {
            LOG.warn("The files of the TLS context cannot be looked at; the old context stays in use", e);
        }
        watch(port);
    }

    private void reload(HttpPort port) throws IOException {
        List<Version> versions = versions();
        if (versions.equals(loaded)) {
            return;
        }
        try {
            port.use(loader.get());
            loaded = versions;
            LOG.infof("The TLS context was loaded again from %s", files);
        } catch (RuntimeException e) { // the user's loader: whatever it throws, the server goes on with what it has
            if (!versions.equals(refused)) {
                refused = versions;
                LOG.warn("The TLS context cannot be loaded again; the old one stays in use", e);
            }
        }
    }

    private List<Version> versions() throws IOException {
        Version[] versions = new Version[files.size()];
        for (int i = 0; i < versions.length; i++) {
            versions[i] = Version.of(files.get(i));
        }
        return List.of(versions);
    }
}
