package io.http2duplex.internal.undertow;

import io.undertow.UndertowOptions;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.util.AttachmentKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.BooleanSupplier;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A handler that limits the bodies of requests to {@code exchange.getMaxEntitySize()}, and to Undertow's standard where no
 * handler has set that. Undertow itself fixes the limit of a chunked body before any handler is called, so that none could
 * lift it, and closes an HTTP/2 connection for one body. Its own limit is {@value #UNSET} here, which no body reaches.
 */
public final class EntityLimit implements HttpHandler {
    /** The port's option, by which a handler's own limit is told from none. */
    public static final long UNSET = Long.MAX_VALUE;

    /**
     * What lifts the limit on any thread. Not -1: the I/O thread of an Undertow looks at the limit twice when DATA comes, and
     * resets a stream whose limit is lifted in between.
     */
    public static final long LIFTED = Long.MAX_VALUE - 1;

    /** Of an HTTP/2 request: whether Undertow has closed its body, which is longer than its handler allows. */
    public static final AttachmentKey<BooleanSupplier> TOO_LONG = AttachmentKey.create(BooleanSupplier.class);

    private final HttpHandler next;

    public EntityLimit(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!exchange.isRequestComplete()) {
            exchange.addRequestWrapper((factory, same) -> {
                long set = same.getMaxEntitySize();
                long limit = set == UNSET ? UndertowOptions.DEFAULT_MAX_ENTITY_SIZE : set;
                return limit <= 0 || limit == LIFTED
                        ? factory.create()
                        : new Counting(factory.create(), exchange, limit);
            });
        }
        next.handleRequest(exchange);
    }

    private static final class Counting extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private final HttpServerExchange exchange;
        private final long limit;
        private long count;

        Counting(StreamSourceConduit next, HttpServerExchange exchange, long limit) {
            super(next);
            this.exchange = exchange;
            this.limit = limit;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return (int) check(() -> next.read(target));
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return check(() -> next.read(targets, offset, length));
        }

        @Override
        public long transferTo(long position, long most, FileChannel target) throws IOException {
            return target.transferFrom(new ConduitReadableByteChannel(this), position, most);
        }

        @Override
        public long transferTo(long most, ByteBuffer through, StreamSinkChannel target) throws IOException {
            return IoUtils.transfer(new ConduitReadableByteChannel(this), most, through, target);
        }

        private interface Read {
            long bytes() throws IOException;
        }

        private long check(Read read) throws IOException {
            long bytes;
            try {
                bytes = read.bytes();
            } catch (IOException e) {
                BooleanSupplier tooLong = exchange.getAttachment(TOO_LONG);
                throw tooLong != null && tooLong.getAsBoolean() ? tooBig() : e;
            }
            count += Math.max(0, bytes);
            if (count > limit) {
                throw tooBig();
            }
            return bytes;
        }

        /** From now on the request counts as complete, so that it is answered without the rest of its body. */
        private RequestTooBigException tooBig() {
            if (!exchange.isRequestComplete()) {
                exchange.setPersistent(false);
                exchange.addExchangeCompleteListener((complete, listener) -> {
                    IoUtils.safeClose(complete.getConnection()); // on HTTP/2 this resets the stream alone
                    listener.proceed();
                });
                Connectors.terminateRequest(exchange);
            }
            return new RequestTooBigException("The body of the request is longer than " + limit
                    + " bytes; a handler allows more with setMaxEntitySize of the exchange");
        }
    }
}
