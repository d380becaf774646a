package io.http2duplex.internal.undertow;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.Resource;
import io.undertow.server.handlers.resource.URLResource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * Files from the class path, of which clients may ask for parts. Undertow's own send more than the part that was asked for,
 * and announced, if the file goes on behind it: over HTTP/2 clients treat that as an error.
 */
public final class ClassPathFiles extends ClassPathResourceManager {
    /** @param folder their common folder */
    public ClassPathFiles(ClassLoader classPath, String folder) {
        super(classPath, folder);
    }

    @Override
    public @Nullable Resource getResource(String path) throws IOException {
        Resource resource = super.getResource(path);
        return resource instanceof URLResource file ? new FileInParts(file.getUrl(), path) : resource;
    }

    private static final class FileInParts extends URLResource {
        FileInParts(URL url, String path) {
            super(url, path);
        }

        @Override
        public void serveRange(Sender sender, HttpServerExchange exchange, long start, long end, IoCallback callback) {
            Part part = new Part(getUrl(), start, end - start + 1, sender, exchange, callback);
            part.goOn();
        }
    }

    /** One part of a file, on its way to the client piece by piece. Reading may block. */
    private static final class Part implements Runnable, IoCallback {
        private static final int PIECE = 16 * 1024;

        private final URL url;
        private final long start;
        private final Sender sender;
        private final HttpServerExchange exchange;
        private final IoCallback callback;
        private long left;
        private @Nullable InputStream file;

        Part(URL url, long start, long length, Sender sender, HttpServerExchange exchange, IoCallback callback) {
            this.url = url;
            this.start = start;
            left = length;
            this.sender = sender;
            this.exchange = exchange;
            this.callback = callback;
        }

        void goOn() {
            if (exchange.isInIoThread()) {
                exchange.dispatch(this);
            } else {
                run();
            }
        }

        @Override
        public void run() {
            ByteBuffer piece;
            try {
                piece = left == 0 ? null : next();
            } catch (IOException e) {
                onException(exchange, sender, e);
                return;
            }
            if (piece == null) {
                IoUtils.safeClose(file);
                callback.onComplete(exchange, sender);
            } else {
                sender.send(piece, this);
            }
        }

        private ByteBuffer next() throws IOException {
            InputStream from = file;
            if (from == null) {
                from = url.openStream();
                file = from;
                from.skipNBytes(start);
            }
            byte[] piece = new byte[(int) Math.min(PIECE, left)];
            int count = from.read(piece);
            if (count < 0) {
                throw new EOFException("The file has become shorter");
            }
            left -= count;
            return ByteBuffer.wrap(piece, 0, count);
        }

        @Override
        public void onComplete(HttpServerExchange same, Sender from) {
            goOn();
        }

        @Override
        public void onException(HttpServerExchange same, Sender from, IOException failure) {
            IoUtils.safeClose(file);
            callback.onException(same, from, failure);
        }
    }
}
