package io.http2duplex.wire;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexEndpoint;
import io.http2duplex.DuplexOptions;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.PathHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/** A server on free ports, TLS and clear text, with handlers of duplexes, that keeps the duplexes that were opened. */
public final class TestServer implements AutoCloseable {
    /** Where the clients of the wire tests open duplexes. */
    private static final String PATH = "/duplex";

    private final Map<String, Application> applications;
    private final Listeners listeners;

    private TestServer(Map<String, Application> applications, Listeners listeners) {
        this.applications = applications;
        this.listeners = listeners;
    }

    /** An endpoint of duplexes, and those that were opened and not asked for yet. */
    private record Application(DuplexEndpoint endpoint, Runnable close, BlockingQueue<Duplex> opened) {}

    /** A handler of Undertow, and those that were opened and not asked for yet. */
    private record Handled(DuplexHandler handler, BlockingQueue<Duplex> opened) {
        static Handled of(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
            BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();
            return new Handled(
                    options.apply(DuplexHandler.builder(noting(callback, opened)))
                            .build(),
                    opened);
        }

        Application application() {
            return new Application(handler, handler::close, opened);
        }
    }

    private static DuplexCallback noting(DuplexCallback callback, BlockingQueue<Duplex> opened) {
        return duplex -> {
            opened.add(duplex);
            callback.onDuplex(duplex);
        };
    }

    /** A handler, or some, in front of the handler of duplexes. */
    interface Around {
        HttpHandler handlers(DuplexHandler duplexes);
    }

    /** A server of no particular kind, with one endpoint for every path. */
    static TestServer start(DuplexCallback callback) {
        return start(callback, options -> {});
    }

    /** A server of no particular kind, with one endpoint for every path. */
    public static TestServer start(DuplexCallback callback, Consumer<DuplexOptions<?>> options) {
        BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();
        Hosting.Hosted hosted = Hosting.CHOSEN.start(noting(callback, opened), options);
        Application application = new Application(hosted.endpoint(), hosted.close(), opened);
        return new TestServer(Map.of(PATH, application), hosted.listeners());
    }

    /** A stock Undertow with an echo behind other handlers. */
    static TestServer behind(Around around) {
        return behind(around, options -> options);
    }

    static TestServer behind(Around around, UnaryOperator<DuplexHandler.Builder> options) {
        return start(TestServer::echo, options, around, Listeners::stock);
    }

    /**
     * A server with one handler of duplexes, for every path.
     *
     * @param listening with a handler for what comes
     */
    public static TestServer start(
            DuplexCallback callback,
            UnaryOperator<DuplexHandler.Builder> options,
            Function<HttpHandler, Listeners> listening) {
        return start(callback, options, duplexes -> duplexes, listening);
    }

    private static TestServer start(
            DuplexCallback callback,
            UnaryOperator<DuplexHandler.Builder> options,
            Around around,
            Function<HttpHandler, Listeners> listening) {
        Handled handled = Handled.of(callback, options);
        return new TestServer(Map.of(PATH, handled.application()), listening.apply(around.handlers(handled.handler)));
    }

    /** The parts of a server with several applications. It can be started more than once. */
    public static final class Parts {
        private final Function<HttpHandler, Listeners> listening;
        private final UnaryOperator<HttpHandler> around;
        private final HttpHandler rest;
        private final Map<String, Supplier<Handled>> applications = new LinkedHashMap<>();

        /**
         * No application yet.
         *
         * @param listening with a handler for what comes
         * @param around what stands in front of all paths
         * @param rest what is not an application's
         */
        public Parts(Function<HttpHandler, Listeners> listening, UnaryOperator<HttpHandler> around, HttpHandler rest) {
            this.listening = listening;
            this.around = around;
            this.rest = rest;
        }

        /** Serves duplexes at a path. */
        public Parts with(String path, DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
            applications.put(path, () -> Handled.of(callback, options));
            return this;
        }

        public TestServer start() {
            Map<String, Application> started = new LinkedHashMap<>();
            PathHandler paths = Handlers.path(rest);
            applications.forEach((path, application) -> {
                Handled one = application.get();
                started.put(path, one.application());
                paths.addExactPath(path, one.handler);
            });
            return new TestServer(started, listening.apply(around.apply(paths)));
        }
    }

    /** A handler that sends back what comes. */
    public static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    /** A handler that does nothing: the test uses the duplex. */
    public static void idle(Duplex duplex) {}

    /** The next duplex that was opened. */
    public Duplex duplex() {
        return duplex(PATH);
    }

    /** {@return the next duplex that was opened at a path, and was not asked for yet} */
    public Duplex duplex(String path) {
        try {
            Duplex duplex = application(path).opened.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (duplex == null) {
                throw new AssertionError("No duplex was opened at " + path);
            }
            return duplex;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Keeps none of the duplexes that were opened. */
    void forgetDuplexes() {
        application(PATH).opened.clear();
    }

    /** Resets the duplexes that were opened and not asked for: what a test that failed has left. */
    public void resetDuplexes() {
        for (Application application : applications.values()) {
            for (Duplex left = application.opened.poll(); left != null; left = application.opened.poll()) {
                left.reset();
            }
        }
    }

    public DuplexEndpoint handler() {
        return application(PATH).endpoint;
    }

    private Application application(String path) {
        Application application = applications.get(path);
        if (application == null) {
            throw new AssertionError("There is no application at " + path);
        }
        return application;
    }

    /** Stops listening, and closes what is open; the handlers of duplexes stay as they are. */
    void stopListening() {
        listeners.stop();
    }

    public int port(boolean tls) {
        return listeners.port(tls);
    }

    String path() {
        return PATH;
    }

    /** Waits until no session lives, of any application. */
    public void awaitNoSessions() {
        Await.until("no session lives", () -> sessions() == 0);
    }

    private int sessions() {
        return applications.values().stream()
                .mapToInt(application -> application.endpoint.sessions())
                .sum();
    }

    /** {@return the certificates of every server of the tests} They live as long as this JVM. */
    public static DevelopmentCertificates certificates() {
        return Certificates.ALL;
    }

    /** {@return what a server needs that its clients trust} */
    public static SSLContext tls() {
        return Certificates.SERVER;
    }

    /** {@return what a client needs to trust this server} */
    public static SSLContext trust() {
        return Certificates.CLIENT;
    }

    /** Closes the handlers, then the listeners, as an application does. Closing twice does no harm. */
    @Override
    public void close() {
        applications.values().forEach(application -> application.close.run());
        listeners.stop();
    }

    /** Made once for all tests: that takes a second. */
    private static final class Certificates {
        static final DevelopmentCertificates ALL;
        static final SSLContext SERVER;
        static final SSLContext CLIENT;

        static {
            try {
                Path directory = Files.createTempDirectory("http2-duplex");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
                ALL = DevelopmentCertificates.in(directory.resolve("certs"));
                SERVER = ALL.sslContext();
                CLIENT = TlsContexts.trusting(ALL.caCertificate());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path directory) {
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
