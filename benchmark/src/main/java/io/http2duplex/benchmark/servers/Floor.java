package io.http2duplex.benchmark.servers;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.xnio.channels.StreamSourceChannel;

/**
 * The floor: handlers for bare fetch, with as little as can be between the page and Undertow's channels. A page speaks
 * over one connection, so that all of its requests are on one I/O thread.
 */
final class Floor {
    private static final int BUFFER = 65_536;

    private final Map<String, Downloaded> echoes = new ConcurrentHashMap<>();

    /** GET: a download that stays open; POST: bytes that come back on it. The query has the id that both have. */
    HttpHandler echo() {
        return exchange -> onIoThread(exchange, () -> {
            String id = exchange.getQueryString();
            if (exchange.getRequestMethod().equals(Methods.GET)) {
                Downloaded download = new Downloaded(exchange.getResponseChannel());
                echoes.put(id, download);
                // Resolves the page's fetch.
                download.write(ByteBuffer.allocate(1));
                return;
            }
            Downloaded download = echoes.get(id);
            if (download == null) {
                exchange.setStatusCode(404).endExchange();
                return;
            }
            read(exchange, download::write, exchange::endExchange);
        });
    }

    /** POST: counts what comes. */
    HttpHandler sink() {
        return exchange -> onIoThread(exchange, () -> {
            long[] count = {0};
            read(
                    exchange,
                    bytes -> count[0] += bytes.remaining(),
                    () -> exchange.getResponseSender().send(Long.toString(count[0])));
        });
    }

    /** GET: so many bytes as the query says. */
    HttpHandler source() {
        return exchange -> onIoThread(exchange, () -> {
            long bytes = Long.parseLong(exchange.getQueryString().substring("bytes=".length()));
            exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, bytes);
            new Downloaded(exchange.getResponseChannel()).writeZeros(bytes);
        });
    }

    private static void onIoThread(HttpServerExchange exchange, Runnable task) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, task);
    }

    private static void read(HttpServerExchange exchange, Consumer<ByteBuffer> consumer, Runnable end) {
        exchange.setMaxEntitySize(-1);
        StreamSourceChannel channel = exchange.getRequestChannel();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        channel.getReadSetter().set(source -> {
            try {
                int count;
                while ((count = source.read(buffer.clear())) > 0) {
                    consumer.accept(buffer.flip());
                }
                if (count < 0) {
                    source.suspendReads();
                    end.run();
                }
            } catch (IOException e) {
                exchange.endExchange(); // the page is gone
            }
        });
        channel.resumeReads();
    }
}
