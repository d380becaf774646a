package io.http2duplex.wire;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexHandler;
import io.http2duplex.DuplexServer;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what uploads carry when a round trip takes 50 ms, over the stock listener and over that of {@link
 * DuplexServer}: one streaming upload of a duplex, and POSTs of 1 MB, 4 at a time, as the JavaScript client sends them.
 * Not a test: its figures are the machine's. It has a main method, and needs the class path of the tests.
 */
final class UploadRate {
    private static final Duration ONE_WAY = Duration.ofMillis(25);
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final int POSTS = 4;
    private static final byte[] POST = new byte[1_000_000];

    private final AtomicLong received = new AtomicLong();
    private final boolean tls;

    private UploadRate(boolean tls) {
        this.tls = tls;
    }

    /** Uploads until the connection is closed. */
    private interface Load {
        void run(Http2Client client) throws IOException;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        for (boolean tls : new boolean[] {false, true}) {
            UploadRate rate = new UploadRate(tls);
            HttpHandler duplexes = DuplexHandler.builder(rate::read).build();
            rate.compare("streaming", duplexes, rate::stream, 1);
            rate.compare("POST", new Bodies(), rate::post, POSTS);
        }
    }

    private void compare(String name, HttpHandler handler, Load load, int threads)
            throws IOException, InterruptedException {
        double stock;
        try (TestServer server = TestServer.behind(unused -> handler)) {
            stock = measure(server.port(tls), load, threads);
        }
        double own;
        DuplexServer.Builder builder = DuplexServer.builder().handle("/", handler);
        try (DuplexServer server = (tls ? builder.tls(TestServer.tls()) : builder).build()) {
            server.start();
            own = measure(server.port(), load, threads);
        }
        System.out.printf(
                "%s, %s: stock %.2f MB/s, DuplexServer %.2f MB/s, %.1f times as much%n",
                name, tls ? "TLS" : "clear text", stock, own, own / stock);
    }

    /** {@return megabytes a second} */
    private double measure(int port, Load load, int threads) throws IOException, InterruptedException {
        try (SlowLine line = new SlowLine(port, ONE_WAY);
                Http2Client client =
                        Http2Client.over(Sockets.open(line.port(), tls ? TestServer.trust() : null, "h2"), "/")) {
            for (int i = 0; i < threads; i++) {
                Thread thread = new Thread(() -> upload(load, client), "upload");
                thread.setDaemon(true);
                thread.start();
            }
            Thread.sleep(WARM_UP.toMillis());
            long before = received.get();
            long began = System.nanoTime();
            Thread.sleep(MEASURED.toMillis());
            return (received.get() - before) * 1e3 / (System.nanoTime() - began);
        }
    }

    private static void upload(Load load, Http2Client client) {
        try {
            load.run(client);
        } catch (IOException | AssertionError e) {
            if (!client.closed().isDone()) {
                throw new IllegalStateException("The upload failed, and so did the measurement", e);
            }
        }
    }

    private void stream(Http2Client client) throws IOException {
        Request upload = client.single(client.open().id());
        while (!upload.isOver()) {
            upload.write(new byte[65_536]);
        }
    }

    private void read(Duplex duplex) throws IOException {
        byte[] buffer = new byte[65_536];
        int count;
        do {
            count = duplex.inputStream().read(buffer);
            received.addAndGet(Math.max(count, 0));
        } while (count >= 0);
    }

    private void post(Http2Client client) throws IOException {
        while (!client.closed().isDone()) {
            if (client.send("POST", true).write(POST).end().status() == 200) {
                received.addAndGet(POST.length);
            }
        }
    }
}
