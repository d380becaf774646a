package io.http2duplex.example.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A TCP proxy in front of a server: it passes bytes on, and spoils connections as a test asks for. How each one is
 * spoiled follows from a seed and from how many there were before it.
 */
final class BadNetwork implements AutoCloseable {
    /** What becomes of one connection's bytes. Called by one thread for each way, and by those of the test. */
    interface Fate {
        /** All is well. */
        Fate PASS = count -> count;

        /**
         * How many of the next bytes go through, waiting for as long as they must be held.
         *
         * @param count at least 1
         * @return at least 1; or {@link #SWALLOW} or {@link #CUT}
         */
        int admit(int count) throws InterruptedException;
    }

    /** These bytes vanish. */
    private static final int SWALLOW = 0;

    /** The connection is cut before these bytes. */
    private static final int CUT = -1;

    private final ServerSocket listener;
    private volatile URI target;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private Supplier<Fate> fates = () -> Fate.PASS;
    private int count;
    private int cuts;
    private long passed;

    /** @param target what is reached through it: its host and port count */
    BadNetwork(String target) {
        this.target = URI.create(target);
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("accept", this::accept);
    }

    /** {@return the address under https that leads to the target through this network} */
    String url(String path) {
        return "https://localhost:" + listener.getLocalPort() + path;
    }

    /** What is reached through it from now on: a server that was started again. */
    void leadTo(String target) {
        this.target = URI.create(target);
    }

    /** {@return how many connections were cut in all} */
    synchronized int cuts() {
        return cuts;
    }

    /** {@return how many bytes have passed in all, both ways together} */
    synchronized long passed() {
        return passed;
    }

    /** Cuts the connections that there are. */
    void cut() throws IOException {
        for (Line line : lines) {
            line.cut();
        }
    }

    /** Cuts so many connections, each after a random number of bytes, both ways together; then all is well again. */
    synchronized void cutRandomly(long seed, int wanted, int mostBytes) {
        int last = cuts + wanted;
        Random random = new Random(seed);
        become(() -> {
            // One in four comes early: within the handshakes and the first requests.
            int bytes = 1 + random.nextInt(random.nextInt(4) == 0 ? 8_192 : mostBytes);
            return new CutAfter(bytes, () -> cuts() < last);
        });
    }

    /** The connections that there are pass nothing any more, and nobody is told; those to come do. */
    void swallow() {
        lines.forEach(line -> line.fate = bytes -> SWALLOW);
    }

    /** Passes everything in pieces of random sizes, each held for a random time. */
    synchronized void delay(long seed, int mostBytes, int mostMilliseconds) {
        Random seeds = new Random(seed);
        become(() -> {
            Random random = new Random(seeds.nextLong());
            return bytes -> {
                int piece;
                int milliseconds;
                synchronized (random) {
                    piece = 1 + random.nextInt(mostBytes);
                    milliseconds = random.nextInt(mostMilliseconds + 1);
                }
                Thread.sleep(milliseconds);
                return Math.min(bytes, piece);
            };
        });
    }

    private synchronized void become(Supplier<Fate> fates) {
        this.fates = fates;
        lines.forEach(line -> line.fate = fates.get());
    }

    private void accept() throws IOException {
        while (true) {
            Socket browser = listener.accept();
            Socket server;
            try {
                server = new Socket(target.getHost(), target.getPort());
            } catch (ConnectException e) {
                // There is no server at the moment.
                browser.close();
                continue;
            }
            Line line;
            synchronized (this) {
                line = new Line(count, browser, server, fates.get());
                count++;
                lines.add(line);
            }
            line.open();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Line line : lines) {
            line.hangUp();
        }
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private static void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException | InterruptedException e) {
                        // The sockets are closed: by an end, or by the test.
                    }
                },
                "network " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static final class CutAfter implements Fate {
        private final BooleanSupplier wanted;
        private int left;

        CutAfter(int bytes, BooleanSupplier wanted) {
            this.left = bytes;
            this.wanted = wanted;
        }

        @Override
        public synchronized int admit(int count) {
            if (!wanted.getAsBoolean()) {
                return count;
            }
            if (left == 0) {
                return CUT;
            }
            int admitted = Math.min(left, count);
            left -= admitted;
            return admitted;
        }
    }

    /** One connection. */
    private final class Line {
        private final int number;
        private final Socket browser;
        private final Socket server;
        private volatile Fate fate;

        Line(int number, Socket browser, Socket server, Fate fate) {
            this.number = number;
            this.browser = browser;
            this.server = server;
            this.fate = fate;
        }

        void open() throws IOException {
            browser.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            start("up " + number, () -> pump(browser, server));
            start("down " + number, () -> pump(server, browser));
        }

        private void pump(Socket from, Socket to) throws IOException, InterruptedException {
            byte[] bytes = new byte[16 * 1024];
            try {
                for (int count = 0; count >= 0; count = from.getInputStream().read(bytes)) {
                    pass(bytes, count, to.getOutputStream());
                }
            } finally {
                hangUp();
            }
        }

        private void pass(byte[] bytes, int count, OutputStream to) throws IOException, InterruptedException {
            for (int passed = 0; passed < count; ) {
                int admitted = fate.admit(count - passed);
                if (admitted == SWALLOW) {
                    return;
                }
                if (admitted == CUT) {
                    cut();
                    throw new SocketException("The connection was cut");
                }
                to.write(bytes, passed, admitted);
                passed += admitted;
                synchronized (BadNetwork.this) {
                    BadNetwork.this.passed += admitted;
                }
            }
        }

        /** By turns in the way of a host that has gone, and in that of one that closes. */
        private void cut() throws IOException {
            if (lines.remove(this)) {
                synchronized (BadNetwork.this) {
                    cuts++;
                }
                if (number % 2 == 0) {
                    browser.setSoLinger(true, 0);
                    server.setSoLinger(true, 0);
                }
            }
            hangUp();
        }

        private void hangUp() throws IOException {
            lines.remove(this);
            browser.close();
            server.close();
        }
    }
}
