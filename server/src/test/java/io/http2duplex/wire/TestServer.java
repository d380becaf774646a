package io.http2duplex.wire;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/** A stock Undertow on free ports, TLS and clear, with a handler of duplexes in it. */
public final class TestServer implements AutoCloseable {
    private final BlockingQueue<Duplex> opened = new LinkedBlockingQueue<>();
    private final DuplexHandler handler;
    private final Undertow undertow;

    private TestServer(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options, Around around) {
        handler = options.apply(DuplexHandler.builder(duplex -> {
                    opened.add(duplex);
                    callback.onDuplex(duplex);
                }))
                .build();
        undertow = Undertow.builder()
                .addHttpsListener(0, "localhost", Certificates.SERVER)
                .addHttpListener(0, "localhost")
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setIoThreads(2)
                .setWorkerThreads(8)
                .setHandler(around.handlers(handler))
                .build();
        undertow.start();
    }

    /** What stands in front of the handler of duplexes. */
    interface Around {
        HttpHandler handlers(DuplexHandler duplexes);
    }

    static TestServer start(DuplexCallback callback) {
        return start(callback, options -> options);
    }

    static TestServer start(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
        return new TestServer(callback, options, duplexes -> duplexes);
    }

    static TestServer behind(Around around) {
        return behind(around, options -> options);
    }

    static TestServer behind(Around around, UnaryOperator<DuplexHandler.Builder> options) {
        return new TestServer(TestServer::echo, options, around);
    }

    /** A handler that sends back what comes. */
    static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    /** A handler that does nothing: the test uses the duplex. */
    static void idle(Duplex duplex) {}

    /** The next duplex that was opened. */
    Duplex duplex() {
        try {
            Duplex duplex = opened.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (duplex == null) {
                throw new AssertionError("No duplex was opened");
            }
            return duplex;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Lets go of the duplexes that were opened. */
    void forgetDuplexes() {
        opened.clear();
    }

    DuplexHandler handler() {
        return handler;
    }

    Undertow undertow() {
        return undertow;
    }

    int port(boolean tls) {
        return ((InetSocketAddress) undertow.getListenerInfo().get(tls ? 0 : 1).getAddress()).getPort();
    }

    String path() {
        return "/duplex";
    }

    void awaitNoSessions() {
        Await.until("no session lives", () -> handler.sessions() == 0);
    }

    /** What a server needs that its clients trust. */
    public static SSLContext tls() {
        return Certificates.SERVER;
    }

    /** What a client needs to trust this server. */
    public static SSLContext trust() {
        return Certificates.CLIENT;
    }

    @Override
    public void close() {
        handler.close();
        undertow.stop();
    }

    /** Made once for all tests: that takes a second. */
    private static final class Certificates {
        static final SSLContext SERVER;
        static final SSLContext CLIENT;

        static {
            try {
                Path directory = Files.createTempDirectory("http2-duplex-wire");
                DevelopmentCertificates certificates = DevelopmentCertificates.in(directory.resolve("certs"));
                SERVER = certificates.sslContext();
                CLIENT = TlsContexts.trusting(certificates.caCertificate());
                try (var files = Files.walk(directory)) {
                    files.sorted(Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
