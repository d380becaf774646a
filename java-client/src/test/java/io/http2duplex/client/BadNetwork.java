package io.http2duplex.client;

import io.http2duplex.wire.ForeignAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A TCP proxy that cuts connections, holds their bytes, or answers requests itself, when a test says so. */
final class BadNetwork implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String answer;
    private final Set<Socket> held = ConcurrentHashMap.newKeySet();
    private volatile boolean holding;
    /** Guarded by this. */
    private int answers;

    BadNetwork(int target) throws IOException {
        this.target = target;
        listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Cuts all connections that there are. */
    void cut() {
        open.forEach(BadNetwork::drop);
    }

    /** Passes nothing on from now on, but cuts nothing either. */
    void hold() {
        holding = true;
    }

    /** Passes nothing on any more of the connections that there are, but cuts nothing either. */
    void holdWhatIsOpen() {
        held.addAll(open);
    }

    /** Answers each request of a new connection itself; null: no more. */
    void answer(@Nullable String statusLine) {
        answer = statusLine;
    }

    /** Waits until it has given that many answers. */
    synchronized void awaitAnswers(int count) throws InterruptedException {
        while (answers < count) {
            wait();
        }
    }

    private synchronized void answered() {
        answers++;
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                String own = answer;
                run(
                        () -> {
                            try {
                                if (own == null) {
                                    pass(client);
                                } else {
                                    answer(client, own);
                                }
                            } catch (IOException e) {
                                drop(client);
                            }
                        },
                        client);
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    /** Runs the task on a thread of its own; if this was closed meanwhile, the socket is of no use. */
    private void run(Runnable task, Socket socket) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            drop(socket);
        }
    }

    private void pass(Socket client) throws IOException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(server);
        run(() -> pump(client, server), server);
        pump(server, client);
    }

    private void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!holding && !held.contains(from)) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException e) {
            // one end has gone: so does the other
        } finally {
            open.remove(from);
            drop(from);
            drop(to);
        }
    }

    private void answer(Socket client, String status) throws IOException {
        try (client) {
            if (!ForeignAnswer.give(client, status)) {
                return;
            }
            answered();
            client.getInputStream().skipNBytes(Long.MAX_VALUE);
        }
    }

    private static void drop(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
        cut();
    }
}
