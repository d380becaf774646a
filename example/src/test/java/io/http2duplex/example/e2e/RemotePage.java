package io.http2duplex.example.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A page in an engine that nothing drives: {@code e2e/remote.js} asks this server for the functions to call, one after the
 * other. The server is apart from those that the page uses, so that whatever becomes of them the page still answers.
 */
final class RemotePage implements AutoCloseable {
    /** An engine that is not told of a cut waits for each of its requests until its time is over. */
    private static final Duration LIMIT = Duration.ofSeconds(80);

    private static final Gson JSON = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .serializeNulls()
            .create();

    /** For a page that there is no call for in time: it asks again. */
    private static final Map<String, @Nullable Object> NOTHING = Map.of("number", 0, "source", "() => {}");

    private record Outcome(
            long number, @Nullable Object value, @Nullable String error, List<String> noise) {}

    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> noise = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(RemotePage::daemon);
    private final HttpsServer server;
    private @Nullable Map<String, @Nullable Object> call;
    private long calls;
    /** The page that asked last, by a random name; another one when the engine has opened another. */
    private String page = "";

    RemotePage() {
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setHttpsConfigurator(new HttpsConfigurator(TestServer.tls()));
        server.setExecutor(threads);
        server.createContext(
                "/next",
                exchange -> answer(exchange, next(exchange.getRequestURI().getQuery())));
        server.createContext("/outcome", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            take(JSON.fromJson(body, Outcome.class));
            answer(exchange, Map.of());
        });
        server.start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "remote-page");
        thread.setDaemon(true);
        return thread;
    }

    private static void answer(HttpExchange exchange, Object answer) throws IOException {
        byte[] body = JSON.toJson(answer).getBytes(UTF_8);
        exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** {@return the fragment that the address of a page must have to be called by this} */
    String fragment() {
        return "#https://localhost:" + server.getAddress().getPort();
    }

    /** {@return the next call of a page, as soon as there is one} If the page has gone, nobody takes the answer. */
    private synchronized Map<String, @Nullable Object> next(String asking) {
        page = asking;
        notifyAll();
        await(() -> call != null || !page.equals(asking));
        return call != null && page.equals(asking) ? call : NOTHING;
    }

    private synchronized void take(Outcome outcome) {
        // A page whose request was lost tells it again.
        if (call != null && call.get("number").equals(outcome.number)) {
            call = null;
            outcomes.add(outcome);
            noise.addAll(outcome.noise);
            notifyAll();
        }
    }

    /** Calls a function of the page, and waits for its outcome. */
    @Nullable
    synchronized Object call(String function, @Nullable Object argument) {
        Map<String, @Nullable Object> call = new HashMap<>();
        call.put("number", ++calls);
        call.put("source", function);
        call.put("argument", argument);
        this.call = call;
        notifyAll();
        if (!await(() -> this.call == null)) {
            this.call = null;
            throw new AssertionError("In vain waited for " + LIMIT + " for the outcome of " + function);
        }
        Outcome outcome = outcomes.remove(0);
        if (outcome.error != null) {
            throw new AssertionError(function + " threw " + outcome.error);
        }
        return outcome.value;
    }

    /**
     * Waits until another page asks than the one that asked before.
     *
     * @param opening opens it
     */
    synchronized void awaitAnother(Runnable opening) {
        String last = page;
        opening.run();
        if (!await(() -> !page.equals(last))) {
            throw new AssertionError("In vain waited for " + LIMIT + " for a page");
        }
    }

    /** {@return the noise that came with the outcomes since this was asked last} */
    synchronized List<String> takeNoise() {
        List<String> taken = List.copyOf(noise);
        noise.clear();
        return taken;
    }

    /** {@return whether the condition holds within {@link #LIMIT}} */
    private synchronized boolean await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                long left = NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
