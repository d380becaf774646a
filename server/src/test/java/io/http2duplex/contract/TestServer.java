package io.http2duplex.contract;

import io.http2duplex.DuplexCallback;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.runtime.ResumableBrowser;
import io.http2duplex.internal.runtime.SimulatedBrowser;
import io.http2duplex.internal.runtime.SimulatedCarrier;
import io.http2duplex.internal.runtime.TestBrowser;
import io.http2duplex.internal.runtime.UserThreads;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A server with the handler under test, and browsers that open duplexes on it. */
interface TestServer extends AutoCloseable {
    /** What is between the browser and the application. */
    enum Transport {
        IN_MEMORY(1),
        HTTP_1(1),
        H2C(1),
        HTTP_2(1),
        DUPLEX_SERVER(1),
        IN_MEMORY_DIALECT_2(2),
        HTTP_1_DIALECT_2(2),
        H2C_DIALECT_2(2),
        HTTP_2_DIALECT_2(2),
        DUPLEX_SERVER_DIALECT_2(2);

        final int dialect;

        Transport(int dialect) {
            this.dialect = dialect;
        }

        boolean isInMemory() {
            return this == IN_MEMORY || this == IN_MEMORY_DIALECT_2;
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

        TestServer start(DuplexCallback callback) throws Exception {
            return start(callback, builder -> builder);
        }

        /** @param options for transports with a network: the others have the defaults */
        TestServer start(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) throws Exception {
            return isInMemory()
                    ? new InMemoryServer(callback, dialect)
                    : new UndertowServer(
                            this, options.apply(DuplexHandler.builder(callback)).build());
        }

        /** {@return those with a network, dialect 1} */
        static Stream<Transport> networks() {
            return Stream.of(HTTP_1, H2C, HTTP_2, DUPLEX_SERVER);
        }
    }

    TestBrowser open() throws Exception;

    @Override
    void close();

    /** Browsers without a network: each has a session of its own. */
    record InMemoryServer(DuplexCallback callback, int dialect, UserThreads threads) implements TestServer {
        private InMemoryServer(DuplexCallback callback, int dialect) {
            this(callback, dialect, UserThreads.standard());
        }

        @Override
        public TestBrowser open() {
            return dialect == 1
                    ? new SimulatedBrowser(threads, SimulatedBrowser.BOUND).call(callback, threads)
                    : new ResumableBrowser(new SimulatedCarrier(threads).call(callback, threads));
        }

        @Override
        public void close() {
            threads.close();
        }
    }

    /** A real Undertow, or a DuplexServer, on a free port, and the JDK's HTTP client. */
    final class UndertowServer implements TestServer {
        final DuplexHandler handler;
        final URI uri;
        final HttpClient client;
        private final int dialect;
        private Runnable stop = () -> {};

        private UndertowServer(Transport transport, DuplexHandler handler) throws IOException {
            this.handler = handler;
            dialect = transport.dialect;
            boolean tls = transport.isTls();
            HttpClient.Builder clientBuilder = HttpClient.newBuilder()
                    .version(transport.isHttp1() ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2);
            if (tls) {
                clientBuilder.sslContext(TlsContexts.trusting(Certificates.get().caCertificate()));
            }
            client = clientBuilder.build();
            int port = transport.isDuplexServer() ? startDuplexServer() : startUndertow(transport);
            uri = URI.create((tls ? "https" : "http") + "://localhost:" + port + "/");
        }

        private int startDuplexServer() {
            DuplexServer server = DuplexServer.builder()
                    .tls(Certificates.get().sslContext())
                    .handle("/", handler)
                    .build();
            server.start();
            stop = server::close;
            return server.port();
        }

        private int startUndertow(Transport transport) {
            Undertow.Builder builder = Undertow.builder()
                    .setServerOption(UndertowOptions.ENABLE_HTTP2, !transport.isHttp1())
                    .setIoThreads(2)
                    .setHandler(handler);
            if (transport.isTls()) {
                builder.addHttpsListener(0, "localhost", Certificates.get().sslContext());
            } else {
                builder.addHttpListener(0, "localhost");
            }
            Undertow undertow = builder.build();
            undertow.start();
            stop = undertow::stop;
            return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
        }

        HttpResponse<InputStream> get() throws Exception {
            return client.send(request().build(), BodyHandlers.ofInputStream());
        }

        HttpRequest.Builder request() {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri);
            return dialect == 1 ? request : request.header(HeaderNames.VERSION, HeaderNames.DIALECT_2);
        }

        @Override
        public TestBrowser open() throws Exception {
            HttpResponse<InputStream> response = get();
            String id = response.headers().firstValue(HeaderNames.ID).orElseThrow();
            if (dialect == 2) {
                return new ResumableBrowser(new HttpCarrier(this, id, response.body()));
            }
            if (response.body().read() < 0) {
                throw new IOException("The first byte is missing");
            }
            return new HttpBrowser(this, id, response.body());
        }

        @Override
        public void close() {
            handler.close();
            stop.run();
        }
    }

    /** A browser that uses the JDK's HTTP client. */
    record HttpBrowser(UndertowServer server, String id, InputStream download) implements TestBrowser {
        @Override
        public CompletableFuture<Integer> post(UploadKind kind, byte[] body) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri)
                    .header(HeaderNames.ID, id)
                    .POST(BodyPublishers.ofByteArray(body));
            if (kind == UploadKind.SINGLE) {
                request.header(HeaderNames.SINGLE, "true");
            } else if (kind.isLast()) {
                request.header(HeaderNames.END, "true");
            }
            if (kind == UploadKind.DESTROY) {
                request.header(HeaderNames.DESTROYED, "true");
            }
            return server.client
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
    record HttpCarrier(UndertowServer server, String id, InputStream download) implements ResumableBrowser.Carrier {
        @Override
        public int post(byte[] frames) throws Exception {
            HttpRequest request = server.request()
                    .header(HeaderNames.ID, id)
                    .POST(BodyPublishers.ofByteArray(frames))
                    .build();
            return server.client.send(request, BodyHandlers.discarding()).statusCode();
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

    /** Certificates for all tests of this run, made once. */
    final class Certificates {
        private static final DevelopmentCertificates CERTIFICATES = make();

        private Certificates() {}

        static DevelopmentCertificates get() {
            return CERTIFICATES;
        }

        private static DevelopmentCertificates make() {
            try {
                Path directory = Files.createTempDirectory("http2-duplex");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
                return DevelopmentCertificates.in(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path directory) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
