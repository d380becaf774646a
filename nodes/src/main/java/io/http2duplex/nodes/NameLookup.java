package io.http2duplex.nodes;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.xnio.XnioExecutor;

/**
 * The look-up of a node's name, after which an I/O thread finds the address in the JDK's cache. However long it takes, and
 * however many requests wait, it has one thread, and no request waits for longer than a connection may take.
 */
final class NameLookup {
    private static final Logger LOG = Logger.getLogger(NameLookup.class);

    /** What looks names up. It may block. */
    interface Resolver {
        void lookUp(String host) throws UnknownHostException;
    }

    private record Waiting(HttpHandler found, XnioExecutor.Key timer) {}

    private final String host;
    private final Resolver resolver;
    private final Executor threads;
    private final int maxWaiting;
    private final long timeoutMillis;
    private final Runnable unreachable;
    /** Requests that wait. Guarded by itself, as the next one. */
    private final Map<HttpServerExchange, Waiting> waiting = new HashMap<>();

    private boolean underWay;

    /**
     * @param threads of {@link #threads}
     * @param maxWaiting how many requests wait at most
     * @param unreachable is told of each request that ends here
     */
    NameLookup(
            String host,
            Resolver resolver,
            Executor threads,
            int maxWaiting,
            long timeoutMillis,
            Runnable unreachable) {
        this.host = host;
        this.resolver = resolver;
        this.threads = threads;
        this.maxWaiting = maxWaiting;
        this.timeoutMillis = timeoutMillis;
        this.unreachable = unreachable;
    }

    /** {@return threads for the look-ups of so many names, which end when they are idle} */
    static Executor threads(int names) {
        int most = Math.max(1, names);
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(most, most, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "http2-duplex-names");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Looks the name up for a request that was dispatched; it is answered with 503 if that fails.
     *
     * @param found goes on with the request, on its I/O thread
     */
    void lookUp(HttpServerExchange exchange, HttpHandler found) {
        boolean begins;
        synchronized (waiting) {
            if (waiting.size() >= maxWaiting) {
                goOn(exchange, this::refuse);
                return;
            }
            XnioExecutor.Key timer =
                    exchange.getIoThread().executeAfter(() -> late(exchange), timeoutMillis, TimeUnit.MILLISECONDS);
            waiting.put(exchange, new Waiting(found, timer));
            begins = !underWay;
            underWay = true;
        }
        if (begins) {
            try {
                threads.execute(this::run);
            } catch (Throwable e) { // a thread could not be made
                LOG.warnf(e, "The name of node %s can't be looked up", host);
                settle(false);
            }
        }
    }

    private void run() {
        boolean known = false;
        try {
            resolver.lookUp(host);
            known = true;
        } catch (UnknownHostException e) {
            LOG.debugf(e, "The address of node %s is not known", host);
        } finally {
            settle(known);
        }
    }

    private void settle(boolean known) {
        Map<HttpServerExchange, Waiting> settled;
        synchronized (waiting) {
            settled = Map.copyOf(waiting);
            waiting.clear();
            underWay = false;
        }
        settled.forEach((exchange, request) -> {
            request.timer.remove();
            goOn(exchange, known ? request.found : this::refuse);
        });
    }

    private void late(HttpServerExchange exchange) {
        Waiting request;
        synchronized (waiting) {
            request = waiting.remove(exchange);
        }
        if (request != null) {
            goOn(exchange, this::refuse);
        }
    }

    private static void goOn(HttpServerExchange exchange, HttpHandler handler) {
        try {
            exchange.dispatch(exchange.getIoThread(), handler);
        } catch (RejectedExecutionException e) {
            LOG.debug("A request waited for the address of a node until its server had ended", e);
        }
    }

    private void refuse(HttpServerExchange exchange) {
        unreachable.run();
        exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE).endExchange();
    }
}
