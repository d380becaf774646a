package io.http2duplex.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy like a bad network: it cuts connections, holds their bytes for a while, and answers requests itself, as
 * gateways do that do not reach their server. Most connections it leaves alone.
 */
public final class RoughProxy implements AutoCloseable {
    private static final int CUT_PERCENT = 20;
    private static final int HELD_PERCENT = 5;
    private static final int FOREIGN_PERCENT = 5;
    private static final int MAX_BYTES = 200_000;
    private static final long MAX_HOLD = TimeUnit.SECONDS.toNanos(4);
    private static final List<String> FOREIGN_ANSWERS = List.of(
            "502 Bad Gateway",
            "520 Web Server Returned an Unknown Error",
            "404 Not Found",
            "401 Unauthorized",
            "200 OK",
            "204 No Content");

    private final ServerSocket listening;
    private final InetSocketAddress target;
    private final boolean speaksHttp1;
    private final Random random;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger holds = new AtomicInteger();
    private final AtomicInteger foreign = new AtomicInteger();

    /** @param speaksHttp1 whether requests are HTTP/1.1 in clear text, so that it can answer them itself */
    public RoughProxy(InetSocketAddress target, boolean speaksHttp1, long seed) throws IOException {
        this.target = target;
        this.speaksHttp1 = speaksHttp1;
        random = new Random(seed);
        listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** {@return what it has done} */
    @Override
    public String toString() {
        return cuts + " cuts, " + holds + " holds, " + foreign + " foreign answers";
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
        open.forEach(this::drop);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                int percent = random.nextInt(100);
                int bytes = random.nextInt(MAX_BYTES);
                if (percent < CUT_PERCENT) {
                    threads.execute(() -> pass(client, bytes, 0));
                } else if (percent < CUT_PERCENT + HELD_PERCENT) {
                    long hold = (long) (random.nextDouble() * MAX_HOLD);
                    threads.execute(() -> pass(client, bytes, hold));
                } else if (percent < CUT_PERCENT + HELD_PERCENT + FOREIGN_PERCENT && speaksHttp1) {
                    String status = FOREIGN_ANSWERS.get(random.nextInt(FOREIGN_ANSWERS.size()));
                    threads.execute(() -> answer(client, status));
                } else {
                    threads.execute(() -> pass(client, Long.MAX_VALUE, 0));
                }
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    /** Passes on that many bytes. Then it holds what comes for a time and goes on, or cuts the connection. */
    private void pass(Socket client, long bytes, long hold) {
        try {
            Socket server = new Socket();
            server.connect(target);
            open.add(server);
            AtomicLong left = new AtomicLong(bytes);
            threads.execute(() -> pump(client, server, left, hold));
            pump(server, client, left, hold);
        } catch (IOException | RuntimeException e) {
            drop(client);
        }
    }

    private void pump(Socket from, Socket to, AtomicLong left, long hold) {
        boolean otherGoesOn = false;
        try {
            if (copy(from.getInputStream(), to.getOutputStream(), left, hold)) {
                to.shutdownOutput();
                otherGoesOn = !from.isOutputShutdown();
            }
        } catch (IOException e) {
            // one end has gone: so does the other
        }
        if (!otherGoesOn) {
            drop(from);
            drop(to);
        }
    }

    /** {@return whether the input came to its end} */
    private boolean copy(InputStream in, OutputStream out, AtomicLong left, long hold) throws IOException {
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            long rest = left.addAndGet(-count);
            if (rest < 0 && rest >= -count) { // once for both directions
                if (hold == 0) {
                    cuts.incrementAndGet();
                    return false;
                }
                holds.incrementAndGet();
                LockSupport.parkNanos(hold);
            }
            out.write(buffer, 0, count);
        }
        return true;
    }

    /** Reads the head of a request, and answers it as another server would. */
    private void answer(Socket client, String status) {
        try {
            foreign.incrementAndGet();
            ForeignAnswer.give(client, status);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        } catch (IOException e) {
            // the client has gone
        } finally {
            drop(client);
        }
    }

    private void drop(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed
        }
    }
}
