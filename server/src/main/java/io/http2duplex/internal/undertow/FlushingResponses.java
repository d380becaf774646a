package io.http2duplex.internal.undertow;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;

/** A handler that flushes the responses of another after every write, and goes on until all of it has gone out. */
public final class FlushingResponses implements HttpHandler {
    private final HttpHandler next;

    public FlushingResponses(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchange.addResponseWrapper((factory, same) -> new Flushing(factory.create(), exchange));
        next.handleRequest(exchange);
    }

    private static final class Flushing extends ResponseSink {
        /** Whether something written has not gone out. */
        private boolean unflushed;

        Flushing(StreamSinkConduit next, HttpServerExchange exchange) {
            super(next, exchange);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return (int) flushAfter(next.write(source));
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            return flushAfter(next.write(sources, offset, length));
        }

        @Override
        public long transferFrom(FileChannel source, long position, long count) throws IOException {
            return flushAfter(next.transferFrom(source, position, count));
        }

        @Override
        public long transferFrom(StreamSourceChannel source, long count, ByteBuffer through) throws IOException {
            return flushAfter(next.transferFrom(source, count, through));
        }

        private long flushAfter(long written) throws IOException {
            if (written > 0 && !flush()) {
                next.resumeWrites();
            }
            return written;
        }

        /** Undertow reports success too when flow control has let a frame out only in part: the next flush tells. */
        @Override
        public boolean flush() throws IOException {
            boolean first = next.flush();
            unflushed = !first || !next.flush();
            return !unflushed;
        }

        @Override
        public void suspendWrites() {
            resumed = false;
            if (!unflushed) {
                next.suspendWrites();
            }
        }

        @Override
        public void writeReady() {
            try {
                if (resumed) {
                    handler.writeReady();
                } else if (!unflushed || flush()) {
                    next.suspendWrites();
                }
            } catch (IOException e) {
                handler.writeReady(); // which meets the failure itself
            }
        }
    }
}
