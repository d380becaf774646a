package io.http2duplex.example.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.http2duplex.wire.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;

/**
 * A proxy in front of a server that passes requests on as they are, and spoils WebSockets. It tells them apart by the first
 * bytes of a connection: for a WebSocket a browser does not offer HTTP/2.
 */
final class SocketNetwork implements AutoCloseable {
    /** What becomes of a WebSocket. */
    enum Treatment {
        /** All is well. */
        PASS(true),
        /** The upgrade is answered with 403. */
        REFUSE(false),
        /** The upgrade goes through, and what follows is held back for ever, both ways. */
        HOLD(false),
        /** It is closed after a second, with a close frame. */
        CLOSE(true),
        /** After a second everything is dropped, both ways, and nobody is told. */
        DROP(true);

        /** Whether it lives long enough for a duplex to move to it. */
        final boolean attaches;

        Treatment(boolean attaches) {
            this.attaches = attaches;
        }
    }

    private static final Executor AFTER_A_SECOND = CompletableFuture.delayedExecutor(1, SECONDS);
    private static final String ALPN_HTTP_2 = "\2h2";
    /** In front of each record of TLS: its type, the version, the length of the rest. */
    private static final int RECORD_HEAD = 5;

    private static final int LONGEST_RECORD = RECORD_HEAD + 16 * 1024;
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final byte[] REFUSAL = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);
    /** FIN and the opcode of a close, two bytes, the code 1000. */
    private static final byte[] NORMAL_CLOSURE = {(byte) 0x88, 2, 3, (byte) 0xe8};

    private final ServerSocket listener;
    private final URI target;
    private final Treatment treatment;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> webSockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger upgrades = new AtomicInteger();

    /** @param target what is reached through it: its host and port count */
    SocketNetwork(String target, Treatment treatment) {
        this.target = URI.create(target);
        this.treatment = treatment;
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    /** {@return the address under https that leads to the target through this network} */
    String url(String path) {
        return "https://localhost:" + listener.getLocalPort() + path;
    }

    /** {@return how many WebSockets were asked for} */
    int upgrades() {
        return upgrades.get();
    }

    /** {@return how many bytes have passed in WebSockets, both ways together} */
    long passed() {
        return passed.get();
    }

    /** {@return whether there is no WebSocket at the moment} */
    boolean isEmpty() {
        return webSockets.isEmpty();
    }

    /** Cuts the WebSockets that there are. */
    void cut() throws IOException {
        for (Socket socket : webSockets) {
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket browser = listener.accept();
            open.add(browser);
            start(() -> serve(browser));
        }
    }

    private void serve(Socket browser) throws IOException {
        browser.setTcpNoDelay(true);
        byte[] hello = helloOf(browser.getInputStream());
        if (new String(hello, ISO_8859_1).contains(ALPN_HTTP_2)) {
            Socket server = connect();
            server.getOutputStream().write(hello);
            start(() -> pump(server, browser, Passing.ALL));
            pump(browser, server, Passing.ALL);
        } else if (hello.length > 0) {
            SSLSocket secured = (SSLSocket)
                    TestServer.tls().getSocketFactory().createSocket(browser, new ByteArrayInputStream(hello), true);
            secured.setUseClientMode(false);
            upgrade(secured);
        }
    }

    private Socket connect() throws IOException {
        Socket server = new Socket(target.getHost(), target.getPort());
        server.setTcpNoDelay(true);
        open.add(server);
        return server;
    }

    /** {@return the first record of TLS, whole; empty if there is none} */
    private static byte[] helloOf(InputStream input) throws IOException {
        byte[] record = new byte[LONGEST_RECORD];
        int count = input.readNBytes(record, 0, RECORD_HEAD);
        if (count == RECORD_HEAD) {
            int length = (record[3] & 0xff) << 8 | (record[4] & 0xff);
            count += input.readNBytes(record, RECORD_HEAD, Math.min(length, record.length - RECORD_HEAD));
        }
        return new ByteArrayInputStream(record, 0, count).readAllBytes();
    }

    private void upgrade(SSLSocket browser) throws IOException {
        byte[] head = headOf(browser.getInputStream());
        if (head.length == 0) {
            // A browser may open a connection in advance.
            return;
        }
        upgrades.incrementAndGet();
        webSockets.add(browser);
        if (treatment == Treatment.REFUSE) {
            try (browser) {
                browser.getOutputStream().write(REFUSAL);
            } finally {
                webSockets.remove(browser);
            }
            return;
        }
        Socket plain = connect();
        Socket server =
                TestServer.trust().getSocketFactory().createSocket(plain, target.getHost(), target.getPort(), true);
        server.getOutputStream().write(head);
        browser.getOutputStream().write(headOf(server.getInputStream()));
        Passing passing = new Passing(treatment != Treatment.HOLD, passed);
        if (treatment == Treatment.DROP) {
            AFTER_A_SECOND.execute(passing::stop);
        } else if (treatment == Treatment.CLOSE) {
            AFTER_A_SECOND.execute(() -> close(browser, passing));
        }
        start(() -> pump(server, browser, passing));
        pump(browser, server, passing);
    }

    private static void close(Socket browser, Passing passing) {
        passing.stop();
        try {
            browser.getOutputStream().write(NORMAL_CLOSURE);
            browser.shutdownOutput();
        } catch (IOException e) {
            // The browser has gone.
        }
    }

    /** Reads up to the end of a head, and no further. {@return empty if there is none} */
    private static byte[] headOf(InputStream input) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith(END_OF_HEAD)) {
            int next = input.read();
            if (next < 0) {
                return new byte[0];
            }
            head.write(next);
        }
        return head.toByteArray();
    }

    /** Whether the bytes of a connection go on, and how many did. */
    private static final class Passing {
        static final Passing ALL = new Passing(true, new AtomicLong());

        private final AtomicLong passed;
        private volatile boolean goesOn;

        Passing(boolean goesOn, AtomicLong passed) {
            this.goesOn = goesOn;
            this.passed = passed;
        }

        void stop() {
            goesOn = false;
        }

        boolean admits(int count) {
            if (goesOn) {
                passed.addAndGet(count);
            }
            return goesOn;
        }
    }

    private void pump(Socket from, Socket to, Passing passing) throws IOException {
        byte[] bytes = new byte[16 * 1024];
        try (from;
                to) {
            for (int count = 0; count >= 0; count = from.getInputStream().read(bytes)) {
                if (passing.admits(count)) {
                    to.getOutputStream().write(bytes, 0, count);
                }
            }
        } finally {
            open.remove(from);
            open.remove(to);
            webSockets.remove(from);
            webSockets.remove(to);
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // A socket is closed: by an end, or by the test.
                    }
                },
                "socket network");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
