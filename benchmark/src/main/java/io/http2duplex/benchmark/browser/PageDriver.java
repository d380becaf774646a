package io.http2duplex.benchmark.browser;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Where a page reports: the beginning and end of its phases, at which meters are read, and its figures. */
final class PageDriver implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpServer server;
    private final Map<String, LongSupplier> meters;

    private final Map<String, Long> begun = new TreeMap<>();
    private final Map<String, Double> read = new TreeMap<>();
    private final CompletableFuture<Map<String, Double>> report = new CompletableFuture<>();

    /** @param meters by name: a page asks for those whose names begin as it says */
    PageDriver(Map<String, LongSupplier> meters) throws IOException {
        this.meters = meters;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
        server.createContext("/mark", exchange -> answer(exchange, () -> mark(query(exchange))));
        server.createContext("/report", exchange -> answer(exchange, () -> reported(body(exchange))));
        server.createContext("/failed", exchange -> answer(exchange, () -> failed(body(exchange))));
        server.start();
    }

    /** Has the driver do something when the page asks for a path. */
    void at(String path, Runnable action) {
        server.createContext(path, exchange -> answer(exchange, action));
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** {@return completes with the page's figures, and by how much a meter rose for one of what a phase did; or fails as the page} */
    CompletableFuture<Map<String, Double>> report() {
        return report;
    }

    private void mark(Map<String, String> query) {
        meters.forEach((meter, value) -> {
            String name = query.get("phase") + "." + meter;
            if (!meter.startsWith(query.get("meters"))) {
                return;
            }
            if ("begin".equals(query.get("at"))) {
                begun.put(name, value.getAsLong());
            } else {
                double amount = Double.parseDouble(query.get("amount"));
                read.put(name, (value.getAsLong() - requireNonNull(begun.get(name))) / amount);
            }
        });
    }

    private void reported(String figures) {
        Map<String, Double> all = new TreeMap<>(read);
        all.putAll(JSON.readValue(figures, new TypeReference<Map<String, Double>>() {}));
        report.complete(all);
    }

    private void failed(String error) {
        report.completeExceptionally(new IllegalStateException("The page failed: " + error));
    }

    private static Map<String, String> query(HttpExchange exchange) {
        return Arrays.stream(exchange.getRequestURI().getQuery().split("&", -1))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1]));
    }

    private static String body(HttpExchange exchange) {
        try {
            return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange, Runnable action) throws IOException {
        try (exchange) {
            action.run();
            exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
            exchange.sendResponseHeaders(204, -1);
        } catch (RuntimeException e) {
            report.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
