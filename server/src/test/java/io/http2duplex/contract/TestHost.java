package io.http2duplex.contract;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexEndpoint;
import io.http2duplex.DuplexOptions;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedExchange;
import io.http2duplex.internal.handler.SimulatedHost;
import io.http2duplex.internal.handler.SimulatedHost.Client;
import io.http2duplex.internal.runtime.ResumableBrowser;
import io.http2duplex.internal.runtime.TestBrowser;
import io.http2duplex.wire.Listeners;
import io.http2duplex.wire.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A host of the application under test, and browsers that open duplexes on it. */
interface TestHost extends AutoCloseable {
    /** What is between the browser and the application. */
    enum Transport {
        SIMULATED(Dialect.DIALECT_1),
        SIMULATED_CONTAINER(Dialect.DIALECT_1),
        HTTP_1(Dialect.DIALECT_1),
        H2C(Dialect.DIALECT_1),
        HTTP_2(Dialect.DIALECT_1),
        DUPLEX_SERVER(Dialect.DIALECT_1),
        SIMULATED_DIALECT_2(Dialect.DIALECT_2),
        SIMULATED_CONTAINER_DIALECT_2(Dialect.DIALECT_2),
        HTTP_1_DIALECT_2(Dialect.DIALECT_2),
        H2C_DIALECT_2(Dialect.DIALECT_2),
        HTTP_2_DIALECT_2(Dialect.DIALECT_2),
        DUPLEX_SERVER_DIALECT_2(Dialect.DIALECT_2),
        SIMULATED_ONE_REQUEST(Dialect.ONE_REQUEST),
        SIMULATED_CONTAINER_ONE_REQUEST(Dialect.ONE_REQUEST);

        final Dialect dialect;

        Transport(Dialect dialect) {
            this.dialect = dialect;
        }

        boolean isSimulated() {
            return name().startsWith("SIMULATED");
        }

        boolean isHttp1() {
            return this == HTTP_1 || this == HTTP_1_DIALECT_2;
        }

        boolean isTls() {
            return this == HTTP_2 || this == HTTP_2_DIALECT_2 || isDuplexServer();
        }

        boolean isDuplexServer() {
            return this == DUPLEX_SERVER || this == DUPLEX_SERVER_DIALECT_2;
        }

        TestHost start(DuplexCallback callback) throws Exception {
            return start(callback, options -> {});
        }

        TestHost start(DuplexCallback callback, Consumer<DuplexOptions<?>> options) throws Exception {
            if (isSimulated()) {
                boolean container = name().startsWith("SIMULATED_CONTAINER");
                Client client = new Client(container ? SimulatedExchange.harmless() : Set.of());
                return new WithoutNetwork(new SimulatedHost(callback, options), client, dialect);
            }
            return new NetworkHost(this, callback, options);
        }

        /** {@return those with a network, dialect 1} */
        static Stream<Transport> networks() {
            return Stream.of(HTTP_1, H2C, HTTP_2, DUPLEX_SERVER);
        }
    }

    TestBrowser open() throws Exception;

    @Override
    void close();

    /** A host without a network: a real endpoint over simulated exchanges. */
    record WithoutNetwork(SimulatedHost host, Client client, Dialect dialect) implements TestHost {
        @Override
        public TestBrowser open() throws Exception {
            return host.open(dialect, client);
        }

        @Override
        public void close() {
            host.close();
        }
    }

    /** A real Undertow, or a DuplexServer, and the JDK's HTTP client. */
    final class NetworkHost implements TestHost {
        final DuplexEndpoint handler;
        final URI uri;
        final HttpClient client;
        private final Dialect dialect;
        private final TestServer server;

        private NetworkHost(Transport transport, DuplexCallback callback, Consumer<DuplexOptions<?>> options) {
            dialect = transport.dialect;
            server = transport.isDuplexServer()
                    ? TestServer.start(
                            callback,
                            builder -> {
                                options.accept(builder);
                                return builder;
                            },
                            Listeners::own)
                    : TestServer.start(callback, options);
            handler = server.handler();
            client = HttpClient.newBuilder()
                    .version(transport.isHttp1() ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
                    .sslContext(TestServer.trust())
                    .build();
            boolean tls = transport.isTls();
            uri = URI.create((tls ? "https" : "http") + "://localhost:" + server.port(tls) + "/");
        }

        HttpResponse<InputStream> get() throws Exception {
            return client.send(request().build(), BodyHandlers.ofInputStream());
        }

        HttpRequest.Builder request() {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri);
            return dialect == Dialect.DIALECT_1 ? request : request.header(HeaderNames.VERSION, HeaderNames.DIALECT_2);
        }

        @Override
        public TestBrowser open() throws Exception {
            HttpResponse<InputStream> response = get();
            String id = response.headers().firstValue(HeaderNames.ID).orElseThrow();
            if (dialect == Dialect.DIALECT_2) {
                return new ResumableBrowser(new HttpCarrier(this, id, response.body()));
            }
            if (response.body().read() < 0) {
                throw new IOException("The first byte is missing");
            }
            return new HttpBrowser(this, id, response.body());
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** A browser that uses the JDK's HTTP client. */
    record HttpBrowser(NetworkHost host, String id, InputStream download) implements TestBrowser {
        @Override
        public CompletableFuture<Integer> post(UploadKind kind, byte[] body) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(host.uri).header(HeaderNames.ID, id).POST(BodyPublishers.ofByteArray(body));
            if (kind == UploadKind.SINGLE) {
                request.header(HeaderNames.SINGLE, "true");
            } else if (kind.isLast()) {
                request.header(HeaderNames.END, "true");
            }
            if (kind == UploadKind.DESTROY) {
                request.header(HeaderNames.DESTROYED, "true");
            }
            return host.client
                    .sendAsync(request.build(), BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode);
        }

        @Override
        public void vanish() {
            try {
                download.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            vanish();
        }
    }

    /** Carries the requests of dialect 2 with the JDK's HTTP client. */
    record HttpCarrier(NetworkHost host, String id, InputStream download) implements ResumableBrowser.Carrier {
        @Override
        public int post(byte[] frames) throws Exception {
            HttpRequest request = host.request()
                    .header(HeaderNames.ID, id)
                    .POST(BodyPublishers.ofByteArray(frames))
                    .build();
            return host.client.send(request, BodyHandlers.discarding()).statusCode();
        }

        @Override
        public void close() {
            try {
                download.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
