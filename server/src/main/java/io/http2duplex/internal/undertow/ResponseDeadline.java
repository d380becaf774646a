package io.http2duplex.internal.undertow;

import io.http2duplex.internal.core.HeaderNames;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A handler that ends responses which their clients do not read, whatever handler writes them: on HTTP/2 the stream is
 * reset, on HTTP/1.1 the connection is closed. A response is blocked while the transport takes nothing of it, and may be
 * for a time; a handler that has nothing to write is not. While too many are blocked, one more is ended at once: each may
 * hold a buffer and an open file, and over HTTP/2 a connection may have many. Downloads of duplexes have a time of their
 * own, and bounds.
 */
public final class ResponseDeadline implements HttpHandler {
    private static final Logger LOG = Logger.getLogger(ResponseDeadline.class);

    /** A bound on the responses that are blocked at once. Thread-safe. */
    public interface Bound {
        /** {@return what is called when a response is not blocked any more; null: it is one too many} */
        @Nullable
        Runnable begins(@Nullable InetSocketAddress peer);
    }

    private final long nanos;
    private final Runnable onExpired;
    private final Bound bound;
    private final HttpHandler next;

    /**
     * @param nanos how long a response may be blocked
     * @param onExpired told of each response that is ended since its time is over
     */
    public ResponseDeadline(long nanos, Runnable onExpired, Bound bound, HttpHandler next) {
        this.nanos = nanos;
        this.onExpired = onExpired;
        this.bound = bound;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchange.addResponseWrapper((factory, same) -> {
            StreamSinkConduit response = factory.create();
            return exchange.getResponseHeaders().contains(HeaderNames.ID) ? response : new Watched(response, exchange);
        });
        next.handleRequest(exchange);
    }

    private final class Watched extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private final HttpServerExchange exchange;
        private boolean terminated;
        // Guarded by this: a blocking handler writes on a thread of its own.
        private boolean blocked;
        private long since;
        private XnioExecutor.@Nullable Key timer;
        private boolean hearsCompletion;
        private boolean completed;
        /** What takes its count back; null: it is not counted. */
        private @Nullable Runnable counted;

        Watched(StreamSinkConduit next, HttpServerExchange exchange) {
            super(next);
            this.exchange = exchange;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return (int) noted(next.write(source), source.hasRemaining());
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            return noted(next.write(sources, offset, length), isLeft(sources, offset, length));
        }

        @Override
        public int writeFinal(ByteBuffer source) throws IOException {
            int count = next.writeFinal(source);
            terminated |= !source.hasRemaining();
            return (int) noted(count, source.hasRemaining());
        }

        @Override
        public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
            long count = next.writeFinal(sources, offset, length);
            boolean left = isLeft(sources, offset, length);
            terminated |= !left;
            return noted(count, left);
        }

        private static boolean isLeft(ByteBuffer[] sources, int offset, int length) {
            return length > 0 && sources[offset + length - 1].hasRemaining();
        }

        @Override
        public long transferFrom(FileChannel source, long position, long count) throws IOException {
            return noted(next.transferFrom(source, position, count), true);
        }

        @Override
        public long transferFrom(StreamSourceChannel source, long count, ByteBuffer through) throws IOException {
            long taken = next.transferFrom(source, count, through);
            noted(taken, through.hasRemaining());
            return taken;
        }

        @Override
        public void terminateWrites() throws IOException {
            terminated = true;
            next.terminateWrites();
        }

        /** Undertow reports success too when flow control has let the last frame out only in part. */
        @Override
        public boolean flush() throws IOException {
            boolean flushed = next.flush();
            note(!flushed || (terminated && !exchange.isResponseComplete()), false);
            return flushed;
        }

        private long noted(long count, boolean left) throws IOException {
            note(count == 0 && left, count > 0);
            return count;
        }

        /** @throws IOException if it is one too many: its handler can close what it has opened at once */
        private synchronized void note(boolean isBlocked, boolean progress) throws IOException {
            if (isBlocked && (!blocked || progress)) {
                since = System.nanoTime();
                if (timer == null) {
                    lookAfter(nanos);
                }
            }
            boolean begins = isBlocked && !blocked;
            blocked = isBlocked;
            if (!isBlocked) {
                uncount();
            } else if (begins && hearsCompletion && !completed) {
                count();
            }
        }

        private void count() throws IOException {
            counted = bound.begins(exchange.getConnection().getPeerAddress(InetSocketAddress.class));
            if (counted == null) {
                // Later, since its handler writes now, and may do nothing about the exception.
                IoThreads.execute(
                        exchange.getIoThread(),
                        this::refuse,
                        stopped -> LOG.trace("The server stops, and with it the response", stopped));
                throw new IOException("Too many responses wait for clients that do not read them: this one is reset");
            }
        }

        private void uncount() {
            if (counted != null) {
                counted.run();
                counted = null;
            }
        }

        private void refuse() {
            synchronized (this) {
                if (!blocked || counted != null || completed) {
                    return;
                }
            }
            end();
        }

        private void lookAfter(long time) {
            try {
                if (!hearsCompletion) { // else it would hold the exchange, with what it has received, until its time
                    // comes
                    exchange.addExchangeCompleteListener((completed, listener) -> {
                        complete();
                        listener.proceed();
                    });
                    hearsCompletion = true;
                }
                timer = exchange.getIoThread().executeAfter(this::look, time, TimeUnit.NANOSECONDS);
            } catch (IllegalStateException e) {
                LOG.trace("The exchange has ended", e);
            } catch (RejectedExecutionException e) {
                LOG.trace("The server stops, and with it the response", e);
            }
        }

        private synchronized void complete() {
            uncount();
            completed = true;
            if (timer != null) {
                timer.remove();
                timer = null;
            }
        }

        private void look() {
            synchronized (this) {
                timer = null;
                if (!blocked || exchange.isResponseComplete()) {
                    return;
                }
                long left = since + nanos - System.nanoTime();
                if (left > 0) {
                    lookAfter(left);
                    return;
                }
            }
            onExpired.run();
            end();
        }

        private void end() {
            IoUtils.safeClose(exchange.getConnection()); // on HTTP/2 this resets the stream alone
            try {
                next.truncateWrites();
                next.flush(); // on HTTP/2 Undertow completes the exchange here
            } catch (IOException e) {
                LOG.trace("Flushed a response that was ended", e);
            }
            next.wakeupWrites(); // its handler finds the channel closed
            exchange.endExchange();
        }
    }
}
