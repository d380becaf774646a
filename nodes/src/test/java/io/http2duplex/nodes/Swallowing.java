package io.http2duplex.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A relay of TCP connections that can swallow all that comes over those that are open, while it keeps them. */
final class Swallowing implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int to;
    /** How many times it was told to swallow: the connections opened before do. */
    private final AtomicInteger swallowed = new AtomicInteger();

    /** Guarded by itself. */
    private final List<Socket> open = new ArrayList<>();

    /** @param to the port that it passes connections on to */
    Swallowing(int to) throws IOException {
        this.to = to;
        run(() -> {
            while (true) {
                relay(listening.accept());
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    void swallow() {
        swallowed.incrementAndGet();
    }

    private void relay(Socket client) throws IOException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
        synchronized (open) {
            open.add(client);
            open.add(server);
        }
        int before = swallowed.get();
        run(() -> pass(client, server, before));
        run(() -> pass(server, client, before));
    }

    private void pass(Socket from, Socket target, int before) throws IOException {
        try (from;
                target) {
            byte[] bytes = new byte[10_000];
            for (int count = from.getInputStream().read(bytes);
                    count >= 0;
                    count = from.getInputStream().read(bytes)) {
                if (swallowed.get() == before) {
                    target.getOutputStream().write(bytes, 0, count);
                }
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void run(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // The connection, or the relay, was closed.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listening.close();
            synchronized (open) {
                for (Socket socket : open) {
                    socket.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
