package io.http2duplex.example.e2e;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.server.DuplexHandler;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import io.undertow.util.SameThreadExecutor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Serves duplexes, the bundles, and the pages of the tests, on free ports: HTTP/2 over TLS, and HTTP/1.1 in clear text.
 * As an extension in a static field it serves all tests of a class.
 */
final class TestServer implements BeforeAllCallback, AfterAllCallback, AutoCloseable {
    /** What a test waits for comes at once, or not at all; this is for a machine that is busy. */
    static final int PATIENCE_SECONDS = 20;

    private final PathHandler paths = Handlers.path(files("e2e", files("META-INF/resources/http2-duplex", null)));
    private final Map<String, DuplexHandler> handlers = new HashMap<>();
    private final Map<String, BlockingQueue<Duplex>> opened = new HashMap<>();
    private final RequestLog requests = new RequestLog(paths);
    private final Function<HttpHandler, Listeners> listening;
    private final Map<String, Supplier<DuplexHandler>> duplexes = new HashMap<>();
    private Listeners listeners;

    /** On the project's own listener. */
    TestServer() {
        this(Listeners::own);
    }

    /** @param listening with a handler for what comes */
    TestServer(Function<HttpHandler, Listeners> listening) {
        this.listening = listening;
    }

    /** Serves duplexes at a path. */
    TestServer with(String path, DuplexCallback callback) {
        return with(path, callback, builder -> builder);
    }

    /** Serves duplexes at a path, with options. */
    TestServer with(String path, DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
        BlockingQueue<Duplex> queue = new LinkedBlockingQueue<>();
        DuplexCallback noting = duplex -> {
            queue.add(duplex);
            callback.onDuplex(duplex);
        };
        opened.put(path, queue);
        duplexes.put(path, () -> options.apply(DuplexHandler.builder(noting)).build());
        return this;
    }

    /** Sends back what comes. */
    static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    /** Takes requests at a path and never answers them. */
    TestServer withSilence(String path) {
        paths.addExactPath(path, exchange -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {}));
        return this;
    }

    /** Starts anew if it was stopped: a test of its class that has failed may be tried again. */
    TestServer start() {
        duplexes.forEach((path, handler) -> handlers.put(path, handler.get()));
        handlers.forEach(paths::addExactPath);
        opened.values().forEach(BlockingQueue::clear);
        requests.clear();
        listeners = listening.apply(requests);
        listeners.start();
        return this;
    }

    /** Stops in order, as an application would. Stopping twice does no harm. */
    void stop() {
        handlers.values().forEach(DuplexHandler::close);
        listeners.stop();
    }

    @Override
    public void close() {
        stop();
    }

    /** An address under https. */
    String url(String path) {
        return "https://localhost:" + listeners.port(true) + path;
    }

    /** An address in clear text, where browsers speak HTTP/1.1. */
    String clearUrl(String path) {
        return "http://localhost:" + clearPort() + path;
    }

    int clearPort() {
        return listeners.port(false);
    }

    RequestLog requests() {
        return requests;
    }

    /** Waits until no session lives, of any path. */
    void awaitNoSession() {
        long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
        while (sessions() > 0) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Sessions that should be over live: " + sessions());
            }
            LockSupport.parkNanos(MILLISECONDS.toNanos(5));
        }
    }

    private int sessions() {
        return handlers.values().stream().mapToInt(DuplexHandler::sessions).sum();
    }

    /** {@return the duplex that was opened first there, among those that were not asked for yet} */
    Duplex opened(String path) throws InterruptedException {
        Duplex duplex = opened.get(path).poll(PATIENCE_SECONDS, SECONDS);
        if (duplex == null) {
            throw new AssertionError("No duplex was opened at " + path);
        }
        return duplex;
    }

    /** Waits until the duplex is over. {@return what it failed with; empty if both sides ended} */
    static Optional<ErrorCode> outcome(Duplex duplex) throws InterruptedException, TimeoutException {
        try {
            duplex.closed().toCompletableFuture().get(PATIENCE_SECONDS, SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DuplexException failure) {
                return Optional.of(failure.code());
            }
            throw new AssertionError("A duplex fails with a DuplexException", e.getCause());
        }
    }

    /** The certificates that every server of the tests uses, the ones that are not Java too. */
    static DevelopmentCertificates certificates() {
        return DevelopmentCertificates.in(Path.of(System.getProperty("e2e.target"), "e2e-certs"));
    }

    private static ResourceHandler files(String folder, ResourceHandler next) {
        ClassPathResourceManager files = new ClassPathResourceManager(TestServer.class.getClassLoader(), folder);
        return new ResourceHandler(files, next == null ? ResponseCodeHandler.HANDLE_404 : next);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }
}
