package io.http2duplex.example.e2e;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.wire.Await;
import io.http2duplex.wire.Listeners;
import io.http2duplex.wire.TestServer;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import io.undertow.util.SameThreadExecutor;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An extension that runs a {@link TestServer} with the bundles and the pages of the tests, and logs the requests. In a
 * static field it serves all tests of a class.
 */
final class TestSite implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, AutoCloseable {
    private final PathHandler rest = Handlers.path(files());
    private final RequestLog requests = new RequestLog();
    private final TestServer.Parts parts;
    private TestServer server;

    /** On the project's own listener. */
    TestSite() {
        this(Listeners::own);
    }

    /** @param listening with a handler for what comes */
    TestSite(Function<HttpHandler, Listeners> listening) {
        parts = new TestServer.Parts(listening, requests::before, rest);
    }

    /** Serves duplexes at a path. */
    TestSite with(String path, DuplexCallback callback) {
        return with(path, callback, builder -> builder);
    }

    /** Serves duplexes at a path, with options. */
    TestSite with(String path, DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
        parts.with(path, callback, options);
        return this;
    }

    /** Takes requests at a path and never answers them. */
    TestSite withSilence(String path) {
        rest.addExactPath(path, exchange -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {}));
        return this;
    }

    /** Serves the same files under another path, with a content security policy. */
    TestSite withPolicy(String path, String policy) {
        rest.addPrefixPath(path, Handlers.header(files(), "Content-Security-Policy", policy));
        return this;
    }

    /** Starts anew if it was stopped: a test of its class that has failed may be tried again. */
    TestSite start() {
        requests.clear();
        server = parts.start();
        return this;
    }

    /** Stops as an application does. Stopping twice does no harm. */
    @Override
    public void close() {
        server.close();
    }

    /** An address under https. */
    String url(String path) {
        return "https://localhost:" + server.port(true) + path;
    }

    /** An address in clear text, where browsers speak HTTP/1.1. */
    String clearUrl(String path) {
        return "http://localhost:" + clearPort() + path;
    }

    int clearPort() {
        return server.port(false);
    }

    RequestLog requests() {
        return requests;
    }

    /** Waits until no session lives, of any path. */
    void awaitNoSession() {
        server.awaitNoSessions();
    }

    /** {@return the duplex that was opened first there, among those that were not asked for yet} */
    Duplex opened(String path) {
        return server.duplex(path);
    }

    /** Waits until the duplex is over. {@return what it failed with; empty if both sides ended} */
    static Optional<ErrorCode> outcome(Duplex duplex) throws InterruptedException, TimeoutException {
        try {
            duplex.closed().toCompletableFuture().get(Await.LIMIT.toSeconds(), SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DuplexException failure) {
                return Optional.of(failure.code());
            }
            throw new AssertionError("A duplex fails with a DuplexException", e.getCause());
        }
    }

    private static HttpHandler files() {
        return files("e2e", files("META-INF/resources/http2-duplex", null));
    }

    private static ResourceHandler files(String folder, ResourceHandler next) {
        ClassPathResourceManager files = new ClassPathResourceManager(TestSite.class.getClassLoader(), folder);
        return new ResourceHandler(files, next == null ? ResponseCodeHandler.HANDLE_404 : next);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server.resetDuplexes();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }
}
