package io.http2duplex.documents;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.metrics.DuplexMetrics;
import io.http2duplex.metrics.DuplexServerMetrics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.StatusHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/** The code that documents show, as it compiles: {@link SnippetsTest} compares them. Nothing here is run. */
@SuppressWarnings({"FutureReturnValueIgnored", "StringCaseLocaleUsage", "UnusedMethod", "UnusedVariable"})
abstract class Snippets {
    private static final class Main {}

    private record User(String name) {}

    private interface Tokens {
        CompletionStage<@Nullable User> verify(@Nullable String header);
    }

    void anUndertowOfYourOwn(SSLContext tls) {
        DuplexHandler duplexes = DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output()))
                .build();

        Undertow.builder()
                .addHttpsListener(7000, "localhost", tls) // an SSLContext
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(Handlers.path().addExactPath("/example", duplexes))
                .build()
                .start();
    }

    void faces(Duplex duplex) {
        // Reactive: nothing blocks.
        duplex.input().subscribe(duplex.output());
    }

    void blocking() {
        // Blocking: on a virtual thread where the JDK has them (21 and newer).
        DuplexHandler.builder(duplex -> {
                    try (var in = new BufferedReader(new InputStreamReader(duplex.inputStream(), UTF_8));
                            var out = duplex.outputStream()) {
                        for (String line; (line = in.readLine()) != null; ) {
                            out.write((line.toUpperCase() + "\n").getBytes(UTF_8));
                        }
                    } // closing the output ends the server's side
                })
                .build();
    }

    void channel(Duplex duplex) {
        // A blocking channel, both directions in one.
        ByteChannel channel = duplex.channel();
    }

    void many(List<Duplex> listeners, ByteBuffer message) {
        for (Duplex listener : listeners) {
            listener.send(message).whenComplete((sent, slow) -> {
                if (slow != null) listener.reset(256, "too slow");
            });
        }
    }

    void aServer(DuplexHandler duplexes, Path chain, Path key) {
        DuplexServer server = DuplexServer.builder()
                .host("0.0.0.0")
                .port(443)
                .tls(() -> TlsContexts.fromPem(chain, key), chain, key)
                .handle("/example", duplexes)
                .resources(Main.class.getClassLoader(), "META-INF/resources/http2-duplex")
                .wrap(next -> Handlers.header(next, "X-Content-Type-Options", "nosniff"))
                .build();
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.shutdown(Duration.ofSeconds(20))));
    }

    void anotherProvider(Path chain, Path key) {
        Security.insertProviderAt(Conscrypt.newProvider(), 1);
        SSLContext tls = TlsContexts.fromPem(chain, key);
    }

    void meters(DuplexHandler duplexes, DuplexServer server, MeterRegistry registry) {
        new DuplexMetrics(duplexes, Tags.of("handler", "chat")).bindTo(registry);
        new DuplexServerMetrics(server).bindTo(registry); // once the server is started
    }

    void health(DuplexHandler duplexes) {
        DuplexServer.builder()
                .handle("/health", StatusHandler.health(duplexes))
                .handle("/status", StatusHandler.statistics(Map.of("chat", duplexes)));
    }

    void origins(DuplexCallback callback) {
        DuplexHandler duplexes = DuplexHandler.builder(callback)
                .allowedOrigins("https://app.example.com")
                .allowCredentials(true) // only if its pages must send cookies
                .build();
    }

    void accounts(DuplexCallback callback, Tokens tokens) {
        DuplexHandler.builder(callback)
                .authorize(request -> tokens.verify(request.header("authorization")) // a CompletionStage<User> of yours
                        .thenApply(user -> user == null
                                ? Authorization.challenge("Bearer", "Sign in first.")
                                : Authorization.accept(user.name())));
    }
}
