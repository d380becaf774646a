package io.http2duplex.wire;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.xnio.channels.StreamSourceChannel;

/** A handler of uploads that reads what a test asks for, and answers when the body has ended. */
final class Bodies implements HttpHandler {
    private final BlockingQueue<StreamSourceChannel> unread = new LinkedBlockingQueue<>();

    /** Answers at once. */
    static void answer(HttpServerExchange exchange) {
        exchange.endExchange();
    }

    /** Reads the body and drops it, unless the request asks, with the header "x-unread", not to. */
    @Override
    public void handleRequest(HttpServerExchange exchange) {
        exchange.setMaxEntitySize(-1);
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            if (exchange.getRequestHeaders().contains("x-unread")) {
                unread.add(exchange.getRequestChannel());
            } else {
                readAndAnswer(exchange);
            }
        });
    }

    /** The body of the next request that nobody reads. */
    StreamSourceChannel unread() {
        try {
            StreamSourceChannel body = unread.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (body == null) {
                throw new AssertionError("No such request came");
            }
            return body;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void readAndAnswer(HttpServerExchange exchange) {
        StreamSourceChannel body = exchange.getRequestChannel();
        if (body == null) {
            exchange.endExchange();
            return;
        }
        body.getReadSetter().set(ignored -> read(exchange, body));
        read(exchange, body);
    }

    private static void read(HttpServerExchange exchange, StreamSourceChannel body) {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        try {
            int count;
            do {
                count = body.read(buffer.clear());
            } while (count > 0);
            if (count == 0) {
                body.resumeReads();
            } else {
                exchange.endExchange();
            }
        } catch (IOException e) {
            exchange.endExchange(); // the client went
        }
    }
}
